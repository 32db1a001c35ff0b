-- Archives: one zip of a site or of everything, made in the background, kept in a folder and listed
-- here; and single files that a person brought as the backup of a device.

ALTER TABLE snapshots
    -- Who brought it as a file. NULL: a run made it, here or where an archive came from. One that
    -- was brought is suspect for ever: nobody saw a router send it.
    ADD COLUMN uploaded_by text,
    ADD CONSTRAINT snapshots_uploaded_is_suspect CHECK (uploaded_by IS NULL OR verdict = 'suspect');

CREATE TABLE archives (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The slug of its site; NULL: of everything. As it was when it was asked for, for the archive
    -- outlives what it is of.
    site text,
    history text NOT NULL CONSTRAINT archives_history_known CHECK (history IN ('whole', 'newest')),
    contents text NOT NULL CONSTRAINT archives_contents_known CHECK (contents IN ('everything', 'configurations')),
    secrets text NOT NULL CONSTRAINT archives_secrets_known CHECK (secrets IN ('exact', 'masked')),
    comment text NOT NULL DEFAULT '' CONSTRAINT archives_comment_short CHECK (length(comment) <= 500),
    -- Who asked for it or brought it, as they were called then.
    requested_by text NOT NULL,
    -- Whether it was brought as a file, and not made here.
    is_uploaded boolean NOT NULL DEFAULT false,
    state text NOT NULL DEFAULT 'queued'
        CONSTRAINT archives_state_known CHECK (state IN ('queued', 'running', 'completed', 'failed', 'cancelled')),
    -- Who makes it, and until when that is believed without a heartbeat; as in runs.
    claimed_by text,
    lease_until timestamptz,
    -- How often it was begun: one that ends its maker each time is given up.
    attempt integer NOT NULL DEFAULT 0,
    -- How far it is: snapshots written, of about how many.
    done integer NOT NULL DEFAULT 0,
    total integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    -- When its file goes. NULL: never.
    expires_at timestamptz,
    -- The name of its file in the folder, from the moment that somebody begins to make it; a file
    -- that no row names is swept away.
    file_name text,
    -- Of what it holds, once it is completed: size and SHA-256 of the file.
    size_bytes bigint,
    sha256 bytea,
    sites integer,
    devices integer,
    snapshots integer,
    -- How many snapshots could not be read, and are not in it.
    left_out integer NOT NULL DEFAULT 0,
    failure text,
    -- What came of the last restore of it, in words, and when. NULL: none was tried.
    restore_note text,
    restored_at timestamptz,
    CONSTRAINT archives_running_is_leased
        CHECK (state <> 'running' OR (claimed_by IS NOT NULL AND lease_until IS NOT NULL)),
    CONSTRAINT archives_failed_says_why CHECK (state <> 'failed' OR failure IS NOT NULL),
    CONSTRAINT archives_completed_has_file
        CHECK (state <> 'completed' OR (file_name IS NOT NULL AND size_bytes IS NOT NULL AND sha256 IS NOT NULL))
);

-- Serves the claim, and the search for lost leases.
CREATE INDEX archives_active ON archives (id) WHERE state IN ('queued', 'running');
-- Serves the sweep of what has expired.
CREATE INDEX archives_expires ON archives (expires_at) WHERE expires_at IS NOT NULL;
