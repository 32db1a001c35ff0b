-- What the technician's pages need beside the first schema: coverage over 30 days without
-- reading runs, notes and pins on snapshots, how much each changed, cancelling, retrying,
-- lists of runs that do not cost more as the history grows, and a search over current and past
-- configurations.

ALTER TABLE devices
    -- How many snapshots it has, so that the number of all is one scan of this table.
    ADD COLUMN snapshot_count integer NOT NULL DEFAULT 0,
    -- The last 30 days at most, a letter a day, the newest last: `c` verified and changed,
    -- `u` verified and unchanged, `s` suspect, `f` failed, `-` not tried. The best of a day
    -- counts.
    ADD COLUMN days text NOT NULL DEFAULT ''
        CONSTRAINT devices_days_known CHECK (days ~ '^[cusf-]{0,30}$'),
    -- The day of the last letter, in the time zone of the site. NULL: none yet.
    ADD COLUMN days_until date;

-- The days with `mark` noted for `today`; all earlier ones move to the left. A day before the
-- last letter (the time zone was changed) counts as that of the last letter.
CREATE FUNCTION days_noted(days text, days_until date, today date, mark text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT left(moved.days, -1)
        || CASE
               WHEN strpos('-fsuc', mark) > strpos('-fsuc', right(moved.days, 1)) THEN mark
               ELSE right(moved.days, 1)
           END
    FROM (
        SELECT right(
            CASE
                WHEN days_until IS NULL OR days = '' THEN '-'
                ELSE days || repeat('-', least(greatest(today - days_until, 0), 30))
            END,
            30
        ) AS days
    ) moved
);

UPDATE devices
SET snapshot_count = counted.snapshots
FROM (SELECT device_id, count(*) AS snapshots FROM snapshots GROUP BY device_id) counted
WHERE counted.device_id = devices.id;

-- The last 30 days of the runs there are. A time zone that PostgreSQL does not know is UTC here.
WITH zones AS MATERIALIZED (
    SELECT sites.id AS site_id, coalesce(known.name, 'UTC') AS name
    FROM sites
    LEFT JOIN pg_timezone_names known ON known.name = sites.timezone
),
results AS MATERIALIZED (
    SELECT runs.device_id,
           (runs.finished_at AT TIME ZONE zones.name)::date AS day,
           max(CASE
               WHEN runs.state = 'failed' THEN 1
               WHEN runs.verdict = 'suspect' THEN 2
               WHEN runs.outcome = 'unchanged' THEN 3
               ELSE 4
           END) AS rank
    FROM runs
    JOIN zones ON zones.site_id = runs.site_id
    WHERE runs.state IN ('succeeded', 'failed')
    GROUP BY runs.device_id, day
),
spans AS (
    SELECT device_id, max(day) AS until
    FROM results
    GROUP BY device_id
)
UPDATE devices
SET days = noted.days,
    days_until = noted.until
FROM (
    SELECT spans.device_id,
           spans.until,
           string_agg(coalesce(substr('fsuc', results.rank, 1), '-'), '' ORDER BY ago DESC) AS days
    FROM spans
    CROSS JOIN generate_series(0, 29) AS ago
    LEFT JOIN results ON results.device_id = spans.device_id AND results.day = spans.until - ago
    GROUP BY spans.device_id, spans.until
) noted
WHERE noted.device_id = devices.id;

ALTER TABLE snapshots
    -- Lines of the comparison form that it has and the snapshot before it has not, and the
    -- reverse. NULL: there is none before it, or it was not compared yet.
    ADD COLUMN added_lines integer,
    ADD COLUMN removed_lines integer,
    -- What a person wrote beside it.
    ADD COLUMN comment text NOT NULL DEFAULT ''
        CONSTRAINT snapshots_comment_short CHECK (length(comment) <= 2000),
    -- Exempt from retention and deletion.
    ADD COLUMN pinned boolean NOT NULL DEFAULT false,
    -- When retention may take it. NULL: kept for ever.
    ADD COLUMN expires_at timestamptz,
    -- When it was taken into the search index. NULL: not yet, or not to be (suspect).
    ADD COLUMN indexed_at timestamptz,
    -- When the indexer found that its body can not be read: it is left out, and does not hold
    -- up what comes after it.
    ADD COLUMN index_failed_at timestamptz,
    -- Whether it has more lines than the index keeps of one snapshot.
    ADD COLUMN index_left_out boolean NOT NULL DEFAULT false;

-- Serves the indexer: what it has still to do, oldest first.
CREATE INDEX snapshots_to_index ON snapshots (id)
    WHERE indexed_at IS NULL AND index_failed_at IS NULL AND verdict = 'verified';
-- Serves the pages: how many were left out.
CREATE INDEX snapshots_index_failed ON snapshots (id) WHERE index_failed_at IS NOT NULL;
-- Serves the pages: of how many the end was left out.
CREATE INDEX snapshots_index_left_out ON snapshots (id) WHERE index_left_out;
-- Serves the indexer: the one before, of the same device, that is in the index.
CREATE INDEX snapshots_indexed ON snapshots (device_id, id) WHERE indexed_at IS NOT NULL;

-- The batch whose failed devices a person had tried again.
ALTER TABLE batches ADD COLUMN retry_of_batch_id bigint REFERENCES batches (id);
-- Serves the page of a batch: in which batch its failed devices were tried again.
CREATE INDEX batches_retry_of ON batches (retry_of_batch_id) WHERE retry_of_batch_id IS NOT NULL;

-- Serves the filter of batches and runs by who asked.
CREATE INDEX batches_made_by ON batches (trigger, requested_by, id DESC);
CREATE INDEX batches_trigger ON batches (trigger, id);

-- When a person asked to stop the run; the collector that has it sees that with its next
-- heartbeat.
ALTER TABLE runs ADD COLUMN cancel_requested_at timestamptz;

-- Serve the list of all runs, newest first: of a site; those few that did not end well, whose
-- state says which they are (succeeded ones in here are suspect); and since a time. All ascend:
-- a page is the rows below (site, id), which an index of mixed directions can not find.
CREATE INDEX runs_site ON runs (site_id, id);
CREATE INDEX runs_odd ON runs (state, id)
    WHERE state IN ('failed', 'cancelled') OR verdict = 'suspect';
CREATE INDEX runs_odd_of_site ON runs (site_id, state, id)
    WHERE state IN ('failed', 'cancelled') OR verdict = 'suspect';
CREATE INDEX runs_queued_at ON runs (queued_at, id);
DROP INDEX runs_device;
CREATE INDEX runs_device ON runs (device_id, id);

-- When the parts that work by themselves were last alive, so that the pages can tell when
-- automatic backups stand still.
CREATE TABLE heartbeats (
    service text PRIMARY KEY
        CONSTRAINT heartbeats_service_known CHECK (service IN ('scheduler', 'indexer')),
    seen_at timestamptz NOT NULL
);

-- Search. A configuration is a set of lines, and most lines stand in many configurations and
-- for a long time: so each distinct line is kept once, and for each device the span of its
-- verified snapshots that had it. What is kept are masked lines: no secret is in here.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE search_lines (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- First 16 bytes of the SHA-256 of menu, LF and text: finds the line again whatever its
    -- length.
    digest bytea NOT NULL CONSTRAINT search_lines_digest_unique UNIQUE,
    -- `/ip firewall filter`, or empty above the first. Sorted by bytes, so that a menu and all
    -- below it are one range.
    menu text COLLATE "C" NOT NULL,
    -- The logical line, masked, with invisible characters made visible; cut at 16 kB.
    text text NOT NULL
);

-- Serves words of three letters and more, and regular expressions.
CREATE INDEX search_lines_text ON search_lines USING gin (text gin_trgm_ops);
-- Serves the search in a menu and below it.
CREATE INDEX search_lines_menu ON search_lines (menu);

CREATE TABLE search_spans (
    line_id bigint NOT NULL REFERENCES search_lines (id),
    device_id bigint NOT NULL REFERENCES devices (id),
    -- The snapshots are of this device and verified: the first that has the line, and the last.
    first_snapshot_id bigint NOT NULL REFERENCES snapshots (id),
    -- NULL: the newest verified one has it, too.
    last_snapshot_id bigint REFERENCES snapshots (id),
    PRIMARY KEY (line_id, device_id, first_snapshot_id)
);

-- What is there now and what is gone are indexed apart: a question about now costs the same
-- however long the history is.
-- Serves the search in what is there now; a device has a line at most once at a time.
CREATE UNIQUE INDEX search_spans_now ON search_spans (line_id, device_id) WHERE last_snapshot_id IS NULL;
-- Serve the search in some devices; the first also the indexer: the lines of a device now.
CREATE INDEX search_spans_device ON search_spans (device_id, line_id) WHERE last_snapshot_id IS NULL;
CREATE INDEX search_spans_device_gone ON search_spans (device_id, line_id) WHERE last_snapshot_id IS NOT NULL;
-- Serve the deletion of a snapshot.
CREATE INDEX search_spans_first ON search_spans (first_snapshot_id);
CREATE INDEX search_spans_last ON search_spans (last_snapshot_id) WHERE last_snapshot_id IS NOT NULL;

-- A line that is searched for stands in many configurations, while the average line stands in
-- one: planned for that one, all spans of a line are sorted for its first twenty.
ALTER TABLE search_spans ALTER COLUMN line_id SET (n_distinct = -0.002);

-- The spans of a line that are of this time, and of devices of this site (by slug) and with this
-- tag, their own or their site's; NULL: any. What left the inventory has nothing now. Each
-- question that the pages ask goes through it, so that a list and the number above it agree.
-- Simple enough for the planner to take it into the statement around it. The devices that are not
-- meant are looked up once a statement (NOT IN makes a hash of them) and not once a span.
CREATE FUNCTION asked_spans(line bigint, is_now boolean, is_before boolean, site text, tag text)
RETURNS SETOF search_spans
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT search_spans.*
    FROM search_spans
    WHERE search_spans.line_id = line
        AND (NOT is_now OR search_spans.last_snapshot_id IS NULL)
        AND (NOT is_before OR search_spans.last_snapshot_id IS NOT NULL)
        AND search_spans.device_id NOT IN (
            SELECT devices.id
            FROM devices
            LEFT JOIN sites ON sites.id = devices.site_id
            WHERE (is_now AND devices.archived_at IS NOT NULL)
                OR (site IS NOT NULL AND sites.slug <> site)
                OR (tag IS NOT NULL AND NOT (tag = ANY (devices.tags) OR tag = ANY (sites.tags)))
        );
END;
-- Serves this function: the devices that have nothing now.
CREATE INDEX devices_archived ON devices (id) WHERE archived_at IS NOT NULL;
