-- What lists need for people who reach some of the sites only: to find what is of these sites
-- without walking through what is of all others.

-- As before, and serves batches over several sites: whether any of its runs is at a site, told
-- without reading the runs. The site does not lead nor order, or else the planner walks all of it
-- for the runs of a site.
DROP INDEX runs_batch;
CREATE INDEX runs_batch ON runs (batch_id, state) INCLUDE (site_id);

-- As before, but of no column: where the list asks for the runs of several sites that did not end
-- well, the planner would take `runs_site` for the column and read all runs of each.
DROP INDEX runs_odd_of_site;
CREATE INDEX runs_odd_of_site ON runs ((site_id + 0), state, id)
    WHERE state IN ('failed', 'cancelled') OR verdict = 'suspect';

-- Serves the list of batches of some sites, and of those over several (site_id IS NULL), newest
-- first. Ascending: a page is the rows below (site, id), which an index of mixed directions can
-- not find.
DROP INDEX batches_site;
CREATE INDEX batches_site ON batches (site_id, id);
