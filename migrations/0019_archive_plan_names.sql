-- Plans of archives get names, and may come from devices.toml, as schedules do: the file, and an
-- archive that is restored, know a plan by its name, for there may be several of the same site.

ALTER TABLE archive_plans
    -- Where it is changed.
    ADD COLUMN origin text NOT NULL DEFAULT 'browser'
        CONSTRAINT archive_plans_origin_known CHECK (origin IN ('file', 'browser')),
    ADD COLUMN name text CONSTRAINT archive_plans_name_short CHECK (length(name) BETWEEN 1 AND 200);

-- As the pages called them until now.
UPDATE archive_plans SET name = format('Plan %s', id);

ALTER TABLE archive_plans ALTER COLUMN name SET NOT NULL;

-- One of a name, whoever makes it.
CREATE UNIQUE INDEX archive_plans_name ON archive_plans (name);
