-- A house of $SITES sites with $DEVICES devices each and a backup every night for $NIGHTS nights,
-- each of them changed. Bodies are of no use: what is measured never opens them.

INSERT INTO credentials (name, username, sealed) VALUES ('core', 'backup', '');

INSERT INTO sites (slug, name, timezone, tags, next_due_at)
SELECT format('site-%s', n),
       format('Customer %s, branch %s', n, n % 7),
       'Europe/Vienna',
       ARRAY[format('tag-%s', n % 20), format('region-%s', n % 5)],
       now() + interval '5 hours'
FROM generate_series(1, $SITES) AS n
ORDER BY n;

INSERT INTO devices (site_id, name, address, port, platform, credential_id, identity, model, serial, version, days, days_until)
SELECT sites.id,
       (ARRAY['gw', 'core', 'sw', 'ap', 'lte'])[1 + n % 5] || '-' || n,
       format('10.%s.%s.%s', sites.id / 250, sites.id % 250, n),
       22, 'routeros', 1,
       format('rt-%s-%s', sites.id, n),
       (ARRAY['RB5009UG+S+', 'RB760iGS', 'CCR2004-1G-12S+2XS'])[1 + n % 3],
       upper(left(md5(format('%s-%s', sites.id, n)), 12)),
       (ARRAY['7.16.2', '7.18.2', '6.49.18'])[1 + n % 3],
       'cuuuuucuuuusuuuuufuuuuuuc-uuuu',
       current_date
FROM sites
CROSS JOIN generate_series(1, $DEVICES) AS n
ORDER BY sites.id, n;

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
ORDER BY snapshots.id;

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
    JOIN runs ON runs.batch_id = snapshots.batch_id AND runs.device_id = snapshots.device_id
    GROUP BY snapshots.device_id
) newest
WHERE newest.device_id = devices.id;
