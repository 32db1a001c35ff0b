-- The search index of the house of `seed.sql`, in the shape that the indexer gives it: of each
-- device ten lines that stand everywhere, gone four times and back again, ten that stand at its
-- site, ten of its own, and five that it had and has no more.

SET session_replication_role = replica;

INSERT INTO search_lines (digest, menu, text)
SELECT decode(md5(menu || text), 'hex'), menu, text
FROM (
    SELECT 0 AS rank, n, '/ip firewall filter' AS menu,
           format('add action=accept chain=forward comment="rule %s" protocol=tcp', n) AS text
    FROM generate_series(1, 10) AS n
    UNION ALL
    SELECT id, n, '/ip address', format('add address=10.%s.%s.%s/24 interface=vlan%s', id / 250, id % 250, n, n)
    FROM sites
    CROSS JOIN generate_series(1, 10) AS n
    UNION ALL
    SELECT id, n, '/queue simple', format('add max-limit=10M/10M name=customer-%s-%s', id, n)
    FROM devices
    CROSS JOIN generate_series(1, 15) AS n
) made
ORDER BY rank, menu, n;

INSERT INTO search_spans (line_id, device_id, first_snapshot_id, last_snapshot_id)
SELECT search_lines.id, devices.id, newest_snapshot_id, NULL
FROM devices
JOIN search_lines ON text LIKE 'add action=accept chain=forward comment="rule %';

INSERT INTO search_spans (line_id, device_id, first_snapshot_id, last_snapshot_id)
SELECT search_lines.id, devices.id, oldest.id, oldest.id
FROM devices
CROSS JOIN LATERAL (
    SELECT id
    FROM snapshots
    WHERE device_id = devices.id
        AND id <> newest_snapshot_id
    ORDER BY taken_at
    LIMIT 4
) oldest
JOIN search_lines ON text LIKE 'add action=accept chain=forward comment="rule %';

INSERT INTO search_spans (line_id, device_id, first_snapshot_id, last_snapshot_id)
SELECT search_lines.id, devices.id, newest_snapshot_id, NULL
FROM devices
CROSS JOIN generate_series(1, 10) AS n
JOIN search_lines
    ON text = format('add address=10.%s.%s.%s/24 interface=vlan%s', site_id / 250, site_id % 250, n, n);

INSERT INTO search_spans (line_id, device_id, first_snapshot_id, last_snapshot_id)
SELECT search_lines.id, devices.id, newest_snapshot_id, CASE WHEN n > 10 THEN newest_snapshot_id END
FROM devices
CROSS JOIN generate_series(1, 15) AS n
JOIN search_lines ON text = format('add max-limit=10M/10M name=customer-%s-%s', devices.id, n);

RESET session_replication_role;
