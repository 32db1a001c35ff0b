-- Monthly reports, and what retention tells of itself. A report counts days by runs, so it has to
-- know which runs are gone; rules of retention may come from devices.toml, as schedules do; and
-- retention leaves a sign of life, as the scheduler does.

ALTER TABLE retention
    -- When the newest run that was deleted had been queued: what was before can not be counted.
    -- NULL: none was deleted yet.
    ADD COLUMN runs_gone_to timestamptz;

-- Nobody wrote it down until now. Where a run is left that is about as old as the limit, older ones
-- may be gone.
UPDATE retention
SET runs_gone_to = now() - runs_days * interval '1 day'
WHERE EXISTS (
    SELECT
    FROM runs
    WHERE queued_at < now() - (retention.runs_days - 1) * interval '1 day'
);

ALTER TABLE retention_rules
    -- Where it is changed.
    ADD COLUMN origin text NOT NULL DEFAULT 'browser'
        CONSTRAINT retention_rules_origin_known CHECK (origin IN ('file', 'browser'));

ALTER TABLE heartbeats DROP CONSTRAINT heartbeats_service_known;
ALTER TABLE heartbeats
    ADD CONSTRAINT heartbeats_service_known CHECK (service IN ('scheduler', 'indexer', 'alerts', 'retention'));

-- Serves the report of a site: the changed keys of its devices in a month.
CREATE INDEX host_key_changes_device ON host_key_changes (device_id, first_seen_at);
