-- Retention: how long snapshots, runs and the trails of runs are kept, and where the part of the
-- program that deletes them stands. Without a rule, snapshots are kept for ever.

CREATE TABLE retention_rules (
    -- What it is for. The nearest one counts: site, a tag of the device, a tag of its site, all.
    target text NOT NULL CONSTRAINT retention_rules_target_known CHECK (target IN ('all', 'site', 'tag')),
    site_id bigint REFERENCES sites (id),
    tag text,
    -- The newest so many of a device stay.
    keep_count integer CONSTRAINT retention_rules_count_positive CHECK (keep_count > 0),
    -- How many days one stays after it was last seen.
    keep_days integer CONSTRAINT retention_rules_days_positive CHECK (keep_days > 0),
    -- Thinning: all stay for so many days, then one a day until so many, then one a week.
    thin_all_days integer CONSTRAINT retention_rules_all_positive CHECK (thin_all_days > 0),
    thin_daily_days integer,
    CONSTRAINT retention_rules_target_whole
        CHECK ((target = 'site') = (site_id IS NOT NULL) AND (target = 'tag') = (tag IS NOT NULL)),
    CONSTRAINT retention_rules_thinning_whole
        CHECK ((thin_all_days IS NULL) = (thin_daily_days IS NULL) AND thin_daily_days >= thin_all_days)
);

-- One rule for each.
CREATE UNIQUE INDEX retention_rules_once ON retention_rules (target, coalesce(site_id, 0), coalesce(tag, ''));

-- One row.
CREATE TABLE retention (
    id smallint PRIMARY KEY CONSTRAINT retention_one CHECK (id = 1),
    -- How many days runs are kept, and their step trails and checks. NULL: for ever.
    runs_days integer DEFAULT 400 CONSTRAINT retention_runs_positive CHECK (runs_days > 0),
    trails_days integer DEFAULT 90 CONSTRAINT retention_trails_positive CHECK (trails_days > 0),
    -- When a rule was changed last: what was looked at before is looked at again.
    rules_changed_at timestamptz NOT NULL DEFAULT now(),
    -- Trails of runs up to this one, by when it was queued and its id, are gone already. NULL: none
    -- was deleted yet.
    trails_gone_to timestamptz,
    trails_gone_to_run bigint
);

INSERT INTO retention (id) VALUES (1);

-- What retention last saw of a device, so that it reads a history only when something may go.
CREATE TABLE retention_devices (
    device_id bigint PRIMARY KEY REFERENCES devices (id),
    looked_at timestamptz NOT NULL,
    -- As the device had them then.
    newest_snapshot_id bigint,
    snapshot_count integer NOT NULL,
    -- When something goes next; a day after it was looked at, at the latest.
    due_at timestamptz NOT NULL,
    -- The history is not whole up to here: when the newest one that was deleted had been taken.
    thinned_to timestamptz
);

-- What was deleted and is not in the audit yet: it is told once a pass and site.
CREATE TABLE retention_untold (
    site_id bigint PRIMARY KEY REFERENCES sites (id),
    snapshots bigint NOT NULL,
    -- Sealed bytes.
    bytes bigint NOT NULL
);

-- Serve the foreign keys when a snapshot goes, and when a run goes.
CREATE INDEX devices_last_verified ON devices (last_verified_snapshot_id);
CREATE INDEX devices_newest ON devices (newest_snapshot_id);
CREATE INDEX devices_last_run ON devices (last_run_id);
-- Serves the question whether a snapshot still names a batch.
CREATE INDEX snapshots_batch ON snapshots (batch_id) WHERE batch_id IS NOT NULL;
