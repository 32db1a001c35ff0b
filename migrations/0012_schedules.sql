-- When devices are backed up by themselves. Until now every site had one night: 02:00 in its time
-- zone and its own place in the hour after. Now there are schedules for everything, for a site, for
-- a tag, or for a device, of which the nearest to a device is its own; and maintenance windows, in
-- which no scheduled backup begins. Which schedule a device has is kept on its row, and when each
-- site is due by each schedule in a small table, so that a tick and the pages read little.

CREATE TABLE schedules (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Where it is changed.
    origin text NOT NULL CONSTRAINT schedules_origin_known CHECK (origin IN ('file', 'browser')),
    -- What it is for: one of these, or none of them for everything. One schedule for each.
    site_id bigint CONSTRAINT schedules_site_unique UNIQUE REFERENCES sites (id),
    device_id bigint CONSTRAINT schedules_device_unique UNIQUE REFERENCES devices (id),
    -- A tag of devices or of sites.
    tag text CONSTRAINT schedules_tag_unique UNIQUE,
    -- `off`, `hourly 15` (the minute), `daily 02:00`, `weekly mon,fri 02:00`, or `cron 0 2 * * 1-5`.
    rhythm text NOT NULL
        CONSTRAINT schedules_rhythm_known CHECK (rhythm ~ '^(off$|(hourly|daily|weekly|cron) )'),
    -- IANA name. NULL: that of each site.
    timezone text,
    -- Over how long the sites are spread after the time of the rhythm.
    spread_secs integer NOT NULL
        CONSTRAINT schedules_spread_bounded CHECK (spread_secs BETWEEN 0 AND 43200),
    -- How many backups of a site may run at once for one of this schedule to begin. NULL: what
    -- collectors are told.
    per_site integer CONSTRAINT schedules_per_site_positive CHECK (per_site > 0),
    CONSTRAINT schedules_one_target CHECK (num_nonnulls(site_id, device_id, tag) <= 1)
);

-- There is always one for everything, and only one.
CREATE UNIQUE INDEX schedules_for_everything ON schedules ((true))
    WHERE site_id IS NULL AND device_id IS NULL AND tag IS NULL;

-- What every installation had until now.
INSERT INTO schedules (origin, rhythm, spread_secs) VALUES ('browser', 'daily 02:00', 3600);

-- The nearest schedule: the device's own, that of a tag of it, of its site, of a tag of its site,
-- or the one for everything. Changed whenever any of these is. NULL: not looked for yet.
ALTER TABLE devices ADD COLUMN schedule_id bigint REFERENCES schedules (id) ON DELETE SET NULL;
UPDATE devices SET schedule_id = schedules.id FROM schedules;
-- Serves the devices of a schedule: their number, and those without one.
CREATE INDEX devices_schedule ON devices (schedule_id);

-- When a site is due by a schedule that one of its devices has, and that is not off.
CREATE TABLE due_times (
    site_id bigint NOT NULL REFERENCES sites (id),
    schedule_id bigint NOT NULL REFERENCES schedules (id),
    -- NULL: to be reckoned by the scheduler.
    due_at timestamptz,
    PRIMARY KEY (site_id, schedule_id)
);

-- Serves the tick: what is due.
CREATE INDEX due_times_due ON due_times (due_at);
-- Serves a schedule's next time, and its deletion.
CREATE INDEX due_times_schedule ON due_times (schedule_id, due_at);

INSERT INTO due_times (site_id, schedule_id, due_at)
SELECT sites.id, schedules.id, sites.next_due_at
FROM sites
CROSS JOIN schedules
WHERE sites.archived_at IS NULL
    AND EXISTS (
        SELECT FROM devices
        WHERE devices.site_id = sites.id
            AND devices.archived_at IS NULL
            AND devices.enabled
    );

DROP INDEX sites_due;
ALTER TABLE sites DROP COLUMN next_due_at;

-- Times in which no scheduled backup begins.
CREATE TABLE maintenance_windows (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    origin text NOT NULL CONSTRAINT maintenance_windows_origin_known CHECK (origin IN ('file', 'browser')),
    -- What people call it.
    name text NOT NULL CONSTRAINT maintenance_windows_name_unique UNIQUE,
    -- What it is for, as with schedules; several may be for the same.
    site_id bigint REFERENCES sites (id),
    device_id bigint REFERENCES devices (id),
    tag text,
    -- `weekly fri 22:00 180` (begins then, lasts so many minutes), or
    -- `once 2026-12-24T18:00 2026-12-27T06:00` (from, until).
    span text NOT NULL
        CONSTRAINT maintenance_windows_span_known CHECK (span ~ '^(weekly|once) '),
    -- IANA name. NULL: that of each site.
    timezone text,
    CONSTRAINT maintenance_windows_one_target CHECK (num_nonnulls(site_id, device_id, tag) <= 1)
);

-- Scheduled backups that came due in a maintenance window, one a device however many did. They are
-- queued when it has ended.
CREATE TABLE held_backups (
    device_id bigint PRIMARY KEY REFERENCES devices (id),
    schedule_id bigint NOT NULL REFERENCES schedules (id),
    -- When the first of them was due.
    due_at timestamptz NOT NULL
);

-- Serves the deletion of a schedule.
CREATE INDEX held_backups_schedule ON held_backups (schedule_id);

ALTER TABLE batches
    -- The schedule that asked, which may be gone. NULL: none did, or it was before schedules.
    ADD COLUMN schedule_id bigint;

-- One batch per site, schedule and due time, whoever reckons it.
DROP INDEX batches_scheduled_once;
CREATE UNIQUE INDEX batches_scheduled_once ON batches (site_id, schedule_id, due_at)
    WHERE trigger = 'scheduled';

ALTER TABLE runs
    -- What its schedule said of the cap per site. NULL: what the collector is told.
    ADD COLUMN per_site integer;

-- Collectors that work, each with the name that its leases have. One that stops takes its row
-- away; one that was killed leaves it behind, for a day.
CREATE TABLE collectors (
    name text PRIMARY KEY,
    started_at timestamptz NOT NULL DEFAULT now(),
    -- A few seconds old while it works.
    seen_at timestamptz NOT NULL
);
