-- What people who reach some sites only may learn from the search: a line that others have is not
-- found, and no number counts theirs.

-- The sites of who asks become part of the question; NULL: all. Another list of parameters is
-- another function, so the one before goes.
DROP FUNCTION asked_spans(bigint, boolean, boolean, text, text);

-- The spans of a line that are of this time, of devices at these sites, of this site (by slug) and
-- with this tag, their own or their site's; NULL: any. What left the inventory has nothing now.
-- Each question that the pages ask goes through it, so that a list and the number above it agree.
-- Simple enough for the planner to take it into the statement around it, where a part that is NULL
-- costs nothing. The devices that are not meant are looked up once a statement (NOT IN makes a hash
-- of them) and not once a span.
CREATE FUNCTION asked_spans(line bigint, is_now boolean, is_before boolean, reach bigint[], site text, tag text)
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
                OR (reach IS NOT NULL AND devices.site_id <> ALL (reach))
                OR (site IS NOT NULL AND sites.slug <> site)
                OR (tag IS NOT NULL AND NOT (tag = ANY (devices.tags) OR tag = ANY (sites.tags)))
        );
END;

-- Serves the search page of who reaches some sites only: how many snapshots of their devices wait
-- to be indexed.
CREATE INDEX snapshots_to_index_of_device ON snapshots (device_id)
    WHERE indexed_at IS NULL AND index_failed_at IS NULL AND verdict = 'verified';
