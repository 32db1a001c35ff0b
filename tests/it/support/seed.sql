-- A house of $SITES sites with $DEVICES devices each, twenty times as many at the first, and a
-- backup every night for $NIGHTS nights, each of them changed. The first device has a longer
-- history: backed up by hand, before the nights, twenty times as often. Bodies are of no use: what
-- is measured opens those of `keep`.

-- What refers to what is right by how it is made; checking millions of rows takes minutes.
SET session_replication_role = replica;

INSERT INTO credentials (name, username, sealed) VALUES ('core', 'backup', '');

INSERT INTO sites (created_at, slug, name, timezone, tags)
SELECT now() - $NIGHTS * interval '3 days',
       format('site-%s', n),
       format('Customer %s, branch %s', n, n % 7),
       'Europe/Vienna',
       ARRAY[format('tag-%s', n % 20), format('region-%s', n % 5)]
FROM generate_series(1, $SITES) AS n
ORDER BY n;

-- Who works by itself is alive for as long as anybody looks.
INSERT INTO heartbeats (service, seen_at) VALUES ('scheduler', now() + interval '1 day'), ('alerts', now() + interval '1 day');
INSERT INTO collectors (name, seen_at) VALUES ('seed', now() + interval '1 day');

INSERT INTO devices (created_at, site_id, schedule_id, name, address, port, platform, credential_id, tags, identity, model, serial, version, days, days_until)
SELECT sites.created_at, sites.id, 1,
       (ARRAY['gw', 'core', 'sw', 'ap', 'lte'])[1 + n % 5] || '-' || n,
       format('10.%s.%s.%s', sites.id / 250, sites.id % 250, n),
       22, 'routeros', 1,
       CASE WHEN n % 4 = 0 THEN ARRAY['core'] ELSE '{}' END,
       format('rt-%s-%s', sites.id, n),
       (ARRAY['RB5009UG+S+', 'RB760iGS', 'CCR2004-1G-12S+2XS'])[1 + n % 3],
       upper(left(md5(format('%s-%s', sites.id, n)), 12)),
       (ARRAY['7.16.2', '7.18.2', '6.49.18'])[1 + n % 3],
       substr(repeat('cuuuuucuuuusuuuuufuuuuuuc-uuuu', 2), (1 + (sites.id + n) % 30)::integer, 30),
       current_date
FROM sites
CROSS JOIN LATERAL generate_series(1, $DEVICES * CASE WHEN sites.id = 1 THEN 20 ELSE 1 END) AS n
ORDER BY sites.id, n;

INSERT INTO due_times (site_id, schedule_id, due_at)
SELECT id, 1, now() + interval '5 hours'
FROM sites;

INSERT INTO schedules (origin, tag, rhythm, spread_secs)
SELECT 'browser', 'tag-' || n, 'daily 03:00', 60
FROM generate_series(100, 400) AS n;
INSERT INTO maintenance_windows (origin, name, site_id, span)
SELECT 'browser', 'window ' || id, id, 'weekly mon 12:00 60'
FROM sites
ORDER BY id;

-- Old ones, so that whoever looks for those of a person passes all nights. $NIGHTS of each.
INSERT INTO batches (trigger, requested_by, site_id, created_at, finished_at)
SELECT 'manual', (ARRAY['kim', 'lee'])[1 + n % 2], 1 + n % $SITES, at, at
FROM generate_series(1, 2 * $NIGHTS) AS n
CROSS JOIN LATERAL (SELECT now() - $NIGHTS * interval '2 days' + n * interval '8 hours') AS times (at)
ORDER BY n;

INSERT INTO snapshots (device_id, taken_at, last_seen_at, times_seen, verdict, checks, fingerprint, sha256,
                       size_bytes, line_count, version, model, serial, has_secrets, codec, body,
                       added_lines, removed_lines, indexed_at)
SELECT 1, at, at, 1, 'verified', '[]', sha256(at::text::bytea), sha256(at::text::bytea),
       30000, 700, '7.16.2', 'RB5009UG+S+', 'HE0123456789', true, 'whole', '', 3, 1, at
FROM generate_series(now() - $NIGHTS * interval '2 days', now() - ($NIGHTS + 1) * interval '1 day',
                     interval '1 day' / 20) AS at
ORDER BY at;

INSERT INTO batches (trigger, site_id, due_at, created_at, finished_at)
SELECT 'scheduled', sites.id, night, night, night + interval '5 minutes'
FROM generate_series(now() - $NIGHTS * interval '1 day', now() - interval '12 hours', interval '1 day') AS night
CROSS JOIN sites
ORDER BY night, sites.id;

INSERT INTO snapshots (device_id, taken_at, last_seen_at, times_seen, verdict, checks, fingerprint, sha256,
                       size_bytes, line_count, version, model, serial, has_secrets, batch_id, codec, body,
                       added_lines, removed_lines, indexed_at)
SELECT devices.id, batches.created_at, batches.created_at + interval '20 hours', 1,
       CASE WHEN (devices.id + batches.id) % 50 = 0 THEN 'suspect' ELSE 'verified' END,
       '[{"name": "closed_normally", "ok": true, "detail": "The channel was closed with exit status 0."},
         {"name": "header", "ok": true, "detail": "The header says RouterOS 7.18.2."}]',
       decode(md5(batches.id::text), 'hex') || decode(md5(devices.id::text), 'hex'),
       decode(md5(batches.id::text), 'hex') || decode(md5(devices.id::text), 'hex'),
       30000, 700, devices.version, devices.model, devices.serial, true, batches.id, 'whole',
       decode(repeat(md5(devices.id::text), 8), 'hex'), 3, 1, now()
FROM batches
JOIN devices ON devices.site_id = batches.site_id
ORDER BY batches.id, devices.id;

INSERT INTO runs (batch_id, device_id, site_id, priority, state, attempt, not_before, queued_at, started_at,
                  finished_at, outcome, verdict, checks, steps, snapshot_id, size_bytes, duration_ms,
                  failure_code, failure_message)
SELECT snapshots.batch_id, snapshots.device_id, devices.site_id, 1,
       CASE WHEN failed.it THEN 'failed' ELSE 'succeeded' END,
       1, snapshots.taken_at, snapshots.taken_at, snapshots.taken_at,
       snapshots.taken_at + interval '4 seconds',
       CASE WHEN failed.it THEN NULL ELSE 'changed' END,
       CASE WHEN failed.it THEN NULL ELSE snapshots.verdict END,
       snapshots.checks,
       '[{"at_ms": 12, "text": "connected"}, {"at_ms": 420, "text": "export 30,000 bytes in 0.4 s"}]',
       CASE WHEN failed.it THEN NULL ELSE snapshots.id END,
       30000, 430,
       CASE WHEN failed.it THEN 'unreachable' END,
       CASE WHEN failed.it THEN 'The router does not answer.' END
FROM snapshots
JOIN devices ON devices.id = snapshots.device_id
CROSS JOIN LATERAL (SELECT (snapshots.id % 97 = 0) AS it) failed
WHERE snapshots.batch_id IS NOT NULL
ORDER BY snapshots.id;

-- What was just asked for: every device, found unchanged, with as much to tell of each as real
-- runs have; and a site, whose runs wait.
INSERT INTO batches (trigger, requested_by, site_id, created_at, finished_at)
VALUES ('manual', 'kim', NULL, now() - interval '2 hours', now() - interval '1 hour'),
       ('api', 'billing', 1, now(), NULL);

INSERT INTO runs (batch_id, device_id, site_id, priority, state, attempt, not_before, queued_at, started_at,
                  finished_at, outcome, verdict, checks, steps, snapshot_id, size_bytes, duration_ms)
SELECT batches.id, devices.id, devices.site_id, 0, 'succeeded', 1, batches.created_at, batches.created_at,
       batches.created_at, batches.finished_at, 'unchanged', 'verified', told.checks, told.steps,
       newest.id, 30000, 430
FROM batches
CROSS JOIN devices
CROSS JOIN LATERAL (
    SELECT id
    FROM snapshots
    WHERE device_id = devices.id
    ORDER BY taken_at DESC
    LIMIT 1
) newest
CROSS JOIN (
    SELECT jsonb_agg(jsonb_build_object('name', 'check_' || n, 'ok', true, 'detail',
                                        'What was seen, in a sentence as the checks of an export have it.')) AS checks,
           jsonb_agg(jsonb_build_object('at_ms', n, 'text', 'What was done then, and how long it took')) AS steps
    FROM generate_series(1, 14) AS n
) told
WHERE batches.requested_by = 'kim' AND batches.site_id IS NULL
ORDER BY devices.id;

INSERT INTO runs (batch_id, device_id, site_id, priority, queued_at)
SELECT batches.id, devices.id, devices.site_id, 0, batches.created_at
FROM batches
JOIN devices ON devices.site_id = batches.site_id
WHERE batches.requested_by = 'billing'
ORDER BY devices.id;

UPDATE devices
SET snapshot_count = newest.snapshots,
    newest_snapshot_id = newest.id,
    last_verified_snapshot_id = newest.verified_id,
    -- Every tenth device was not seen for days.
    last_verified_at = now() - CASE WHEN devices.id % 10 = 0 THEN interval '3 days' ELSE interval '8 hours' END,
    last_run_id = newest.run_id
FROM (
    SELECT snapshots.device_id, count(*) AS snapshots, max(snapshots.id) AS id,
           max(snapshots.id) FILTER (WHERE snapshots.verdict = 'verified') AS verified_id,
           max(runs.id) AS run_id
    FROM snapshots
    LEFT JOIN runs ON runs.batch_id = snapshots.batch_id AND runs.device_id = snapshots.device_id
    GROUP BY snapshots.device_id
) newest
WHERE newest.device_id = devices.id;

-- As many entries of the audit as there are snapshots, of three people.
INSERT INTO audit (at, user_name, address, action, site_id, subject, detail)
SELECT snapshots.taken_at,
       (ARRAY['kim', 'robin', 'sasha'])[1 + snapshots.id % 3],
       '192.0.2.' || snapshots.id % 200,
       (ARRAY['download', 'secrets_shown', 'backup_requested', 'sign_in'])[1 + snapshots.id % 4],
       sites.id,
       sites.slug || '/' || devices.name || ', backup ' || snapshots.id,
       'exact'
FROM snapshots
JOIN devices ON devices.id = snapshots.device_id
JOIN sites ON sites.id = devices.site_id
ORDER BY snapshots.taken_at, snapshots.id;

-- Somebody hears of every failure, and for long.
INSERT INTO alert_destinations (name, kind, recipients) VALUES ('Night shift', 'mail', '{ops@example.com}');
INSERT INTO alert_rules (name, destination_id, enabled, kinds, all_sites, timezone)
VALUES ('Failures', 1, true, '{first_failure,recovered}', true, 'UTC');
INSERT INTO alert_events (kind, device_id, occurred_at, detail)
SELECT 'first_failure', 1 + n % (SELECT max(id) FROM devices), now() - (20000 - n) * interval '5 minutes', 'The router did not answer.'
FROM generate_series(1, 20000) AS n
ORDER BY n;
INSERT INTO alert_messages (token, rule_id, destination_id, destination_name, kind, state, created_at, due_at, attempt,
                            finished_at, failure)
SELECT 'token-' || id, 1, 1, 'Night shift', 'events', CASE WHEN id % 500 = 0 THEN 'failed' ELSE 'sent' END,
       occurred_at, occurred_at, 1, occurred_at, CASE WHEN id % 500 = 0 THEN 'The mail server did not answer.' END
FROM alert_events
ORDER BY id;
INSERT INTO alert_message_events (message_id, event_id) SELECT id, id FROM alert_events ORDER BY id;

RESET session_replication_role;
