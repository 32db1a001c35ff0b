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
