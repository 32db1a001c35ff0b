INSERT INTO archive_plans (origin, name, site_id, history, contents, secrets, comment, rhythm, timezone, keep, due_at)
VALUES ('file', 'Weekly', NULL, 'whole', 'everything', 'exact', 'For the "auditor"', 'weekly sun 04:00', 'Europe/London', 9, '2026-01-01T00:00:00Z'),
       ('browser', 'Newest', NULL, 'newest', 'configurations', 'masked', '', 'off', NULL, 1, NULL);
INSERT INTO archive_plans (origin, name, site_id, history, contents, secrets, comment, rhythm, timezone, keep)
SELECT 'file', 'Of site 1', id, 'newest', 'everything', 'exact', '', 'cron 30 2 1 * *', NULL, 100
FROM sites
WHERE slug = 'site-1';
