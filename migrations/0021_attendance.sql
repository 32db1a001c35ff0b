-- The report of a month over all sites reads the runs of every device of that month: 300,000 of
-- 10,000 devices. What it needs of each now stands in the index, so that it does not read the rows,
-- which are large. `state` is in an index of runs already, and the others change together with it, so
-- no update of a run becomes dearer by more than the bytes.

DROP INDEX runs_device;
-- Serves the last result of a device, its list of runs, and the report of all sites.
CREATE INDEX runs_device ON runs (device_id, id) INCLUDE (site_id, state, verdict, finished_at);
