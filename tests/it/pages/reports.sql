-- A site with three devices, and their April: gw-1 is well and changes twice, gw-2 is refused on
-- the third and fourth and can not be reached on the fifth, =gw-3 came on the twentieth. One run of
-- each is of March or May, and one was cancelled: they count for nothing.
INSERT INTO credentials (name, username, sealed) VALUES ('core', 'backup', '');
INSERT INTO sites (slug, name, timezone, created_at)
VALUES ('acme', 'Acme & Sons', 'Europe/Berlin', '2026-02-10T12:00:00Z'),
       ('other', 'Other', 'UTC', '2026-02-10T12:00:00Z');
INSERT INTO devices (site_id, name, address, port, platform, credential_id, model, version, created_at)
VALUES (1, 'gw-1', '192.0.2.1', 22, 'routeros', 1, 'RB5009UG+S+', '7.18.2', '2026-02-10T12:00:00Z'),
       (1, 'gw-2', '192.0.2.2', 22, 'routeros', 1, 'RB760iGS', '7.16.2', '2026-02-10T12:00:00Z'),
       (1, '=gw-3', '192.0.2.3', 22, 'routeros', 1, NULL, NULL, '2026-04-20T12:00:00Z'),
       (1, 'of-may', '192.0.2.4', 22, 'routeros', 1, NULL, NULL, '2026-05-02T12:00:00Z'),
       (2, 'elsewhere', '192.0.2.9', 22, 'routeros', 1, NULL, NULL, '2026-02-10T12:00:00Z');
UPDATE devices SET schedule_id = 1, schedule_since = created_at;
INSERT INTO batches (trigger, created_at, finished_at) VALUES ('scheduled', '2026-03-31T00:00:00Z', '2026-05-02T00:00:00Z');

-- Two in the morning at Berlin, from the last of March to the second of May.
INSERT INTO runs (batch_id, device_id, site_id, priority, state, queued_at, finished_at, outcome, verdict, failure_code, failure_message)
SELECT 1, devices.id, devices.site_id, 1,
       CASE WHEN refused THEN 'failed' ELSE 'succeeded' END,
       night, night + interval '9 seconds',
       CASE WHEN refused THEN NULL ELSE 'unchanged' END,
       CASE WHEN NOT refused THEN CASE WHEN devices.id = 1 AND night = '2026-04-07T00:00:00Z' THEN 'suspect' ELSE 'verified' END END,
       CASE WHEN refused THEN CASE WHEN night < '2026-04-05T00:00:00Z' THEN 'auth_failed' ELSE 'unreachable' END END,
       CASE WHEN refused THEN 'It does not.' END
FROM generate_series('2026-03-31T00:00:00Z'::timestamptz, '2026-05-02T00:00:00Z', interval '1 day') AS night
CROSS JOIN devices
CROSS JOIN LATERAL (SELECT devices.id = 2 AND night BETWEEN '2026-04-03T00:00:00Z' AND '2026-04-05T00:00:00Z' AS refused) refused
WHERE night > devices.created_at
ORDER BY night, devices.id;
INSERT INTO runs (batch_id, device_id, site_id, priority, state, queued_at, finished_at)
VALUES (1, 1, 1, 0, 'cancelled', '2026-04-07T10:00:00Z', '2026-04-07T10:00:00Z');

-- gw-1 has a first backup of March, two of April, and a suspect one; gw-2 its first in April.
INSERT INTO snapshots (device_id, taken_at, last_seen_at, verdict, checks, fingerprint, sha256, size_bytes, line_count, version, model,
                       has_secrets, codec, body, added_lines, removed_lines)
VALUES (1, '2026-03-31T00:00:09Z', '2026-04-09T00:00:09Z', 'verified', '[]', '', '', 1, 1, '7.15.3', 'RB5009UG+S+', true, 'whole', '', NULL, NULL),
       (1, '2026-04-07T00:00:09Z', '2026-04-07T00:00:09Z', 'suspect', '[]', '', '', 1, 1, '7.15.3', NULL, true, 'whole', '', 0, 900),
       (1, '2026-04-10T00:00:09Z', '2026-04-19T00:00:09Z', 'verified', '[]', '', '', 1, 1, '7.15.3', 'RB5009UG+S+', true, 'whole', '', 12, 3),
       (1, '2026-04-20T00:00:09Z', '2026-05-02T00:00:09Z', 'verified', '[]', '', '', 1, 1, '7.16.2', 'RB5009UG+S+', true, 'whole', '', 1, 1),
       (2, '2026-04-01T00:00:09Z', '2026-05-02T00:00:09Z', 'verified', '[]', '', '', 1, 1, '7.16.2', 'RB760iGS', true, 'whole', '', NULL, NULL),
       (5, '2026-03-01T00:00:09Z', '2026-03-01T00:00:09Z', 'verified', '[]', '', '', 1, 1, NULL, NULL, true, 'whole', '', NULL, NULL),
       (5, '2026-04-01T00:00:09Z', '2026-05-02T00:00:09Z', 'verified', '[]', '', '', 1, 1, NULL, NULL, true, 'whole', '', 77, 77);
INSERT INTO host_key_changes (device_id, algorithm, trusted_fingerprint, public_key, fingerprint, first_seen_at, last_seen_at)
VALUES (2, 'ssh-ed25519', 'SHA256:a', '', 'SHA256:b', '2026-04-03T00:00:00Z', '2026-04-04T00:00:00Z'),
       (2, 'ssh-rsa', 'SHA256:a', '', 'SHA256:c', '2026-03-03T00:00:00Z', '2026-03-04T00:00:00Z');
