INSERT INTO sites (slug, name, timezone, tags, notes)
SELECT format('site-%s', n), format('Site "%s" äöü', n), 'Europe/Vienna', ARRAY['gold'], E'one\ntwo'
FROM generate_series(1, $SITES) AS n;

INSERT INTO devices (site_id, name, address, port, platform, credential_id, tags, enabled, legacy_ssh,
                     identity, serial, version, answers_sentinel, trusted_anew_at, days, days_until)
SELECT sites.id, format('gw %s', n), '192.0.2.1', 2200 + n % 100, 'routeros', 1,
       CASE WHEN n % 2 = 0 THEN ARRAY['edge'] ELSE '{}' END, n % 5 <> 0, n % 3 = 0,
       format('rt-%s', n), 'AAAA-BBBB', '7.18.2', true, '2026-01-01T00:00:00Z', 'cu-', '2026-11-20'
FROM sites
CROSS JOIN generate_series(1, $DEVICES) AS n
ORDER BY sites.id, n;

INSERT INTO host_keys (device_id, algorithm, public_key, fingerprint)
SELECT id, 'ssh-ed25519', '\x00ff', format('SHA256:%s', id) FROM devices;

INSERT INTO users (name, full_name, role, all_sites, withheld)
VALUES ('kim', 'Kim Doe', 'technician', false, ARRAY['reveal']), ('admin', '', 'administrator', true, '{}');
INSERT INTO user_sites (user_id, site_id) VALUES (1, 1);

INSERT INTO schedules (origin, site_id, rhythm, timezone, spread_secs, per_site)
SELECT 'file', id, 'weekly mon,fri 23:30', 'Europe/London', 0, 3 FROM sites WHERE slug = 'site-1';
INSERT INTO schedules (origin, device_id, rhythm, spread_secs)
SELECT 'browser', devices.id, 'hourly 15', 3600
FROM devices
JOIN sites ON sites.id = devices.site_id
WHERE sites.slug = 'site-1' AND devices.name = 'gw 1';
INSERT INTO schedules (origin, tag, rhythm, spread_secs) VALUES ('browser', 'edge', 'cron 30 2 * * 1-5', 600);

INSERT INTO maintenance_windows (origin, name, site_id, span, timezone)
SELECT 'file', 'Patch night', id, 'weekly fri 22:00 180', NULL FROM sites WHERE slug = 'site-1';
INSERT INTO maintenance_windows (origin, name, device_id, span, timezone)
SELECT 'browser', 'Move of gw 1', devices.id, 'once 2026-12-24T18:00 2026-12-27T06:00', 'Europe/London'
FROM devices
JOIN sites ON sites.id = devices.site_id
WHERE sites.slug = 'site-1' AND devices.name = 'gw 1';
INSERT INTO maintenance_windows (origin, name, tag, span) VALUES ('browser', 'Gold', 'gold', 'weekly mon,sun 00:30 45');

INSERT INTO retention_rules (target, site_id, keep_count) SELECT 'site', id, 400 FROM sites WHERE slug = 'site-1';
INSERT INTO retention_rules (target, tag, thin_all_days, thin_daily_days) VALUES ('tag', 'gold', 30, 365);
INSERT INTO retention_rules (target, keep_days) VALUES ('all', 3650);
