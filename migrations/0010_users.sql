-- Users managed in the browser and by CSV, and the audit read: its filters start from an index
-- each (db/pages/audit).

-- Users come as lines of CSV, too.
ALTER TABLE imports
    DROP CONSTRAINT imports_kind_known,
    ADD CONSTRAINT imports_kind_known CHECK (kind IN ('sites', 'devices', 'credentials', 'users'));

-- Serves the filter by person. By the name as it was then, which also those have who gave a
-- command on the machine or were not recognised; nobody's name ever changes.
CREATE INDEX audit_name ON audit (lower(user_name), id);
-- Serves the search for a text that few subjects have.
CREATE INDEX audit_subject ON audit USING gin (subject gin_trgm_ops);
-- The filter by person has the one above.
DROP INDEX audit_user;
