-- Sites, devices and credentials managed in the browser, beside those of the inventory file. Each
-- row says where it comes from: what the file no longer names is archived only when it is the
-- file's, and pages change only what is not.

ALTER TABLE sites
    ADD COLUMN origin text NOT NULL DEFAULT 'file'
        CONSTRAINT sites_origin_known CHECK (origin IN ('file', 'browser'));

ALTER TABLE devices
    ADD COLUMN origin text NOT NULL DEFAULT 'file'
        CONSTRAINT devices_origin_known CHECK (origin IN ('file', 'browser'));

ALTER TABLE credentials
    ADD COLUMN origin text NOT NULL DEFAULT 'file'
        CONSTRAINT credentials_origin_known CHECK (origin IN ('file', 'browser')),
    -- Set when nobody may choose it any more; archived devices still refer to it. Never set while
    -- a device that is not archived does.
    ADD COLUMN archived_at timestamptz,
    -- The public half of a private key as one line of OpenSSH, for who puts it on a router. NULL:
    -- a password, or a key that was stored before this column was there.
    ADD COLUMN public_key text;

-- Lines of CSV that were looked at and not applied yet. They wait for an hour for the person who
-- brought them, a few a person, and are swept away when the next ones come.
CREATE TABLE imports (
    -- Random, 32 hexadecimal digits: the number of one tells nothing of another.
    id text PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users (id),
    -- What the lines are of.
    kind text NOT NULL CONSTRAINT imports_kind_known CHECK (kind IN ('sites', 'devices', 'credentials')),
    -- The text, sealed: it may have passwords in it.
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

-- Sealed bytes do not compress.
ALTER TABLE imports ALTER COLUMN sealed SET STORAGE EXTERNAL;
-- Serves the bound on how many somebody has, and the foreign key.
CREATE INDEX imports_user ON imports (user_id, created_at);
