-- Host keys that a device showed in place of the one that was trusted: each waits for a person to
-- decide, and keeps who did.
CREATE TABLE host_key_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id bigint NOT NULL REFERENCES devices (id),
    -- Key type, as in host_keys; both keys are of it.
    algorithm text NOT NULL,
    -- The one that was trusted when it was first seen.
    trusted_fingerprint text NOT NULL,
    -- The one that was shown.
    public_key bytea NOT NULL,
    fingerprint text NOT NULL,
    first_seen_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    times_seen integer NOT NULL DEFAULT 1,
    -- NULL: nobody has decided yet. A rejected one stays refused, and does not ask again.
    decision text CONSTRAINT host_key_changes_decision_known CHECK (decision IN ('accepted', 'rejected')),
    decided_at timestamptz,
    decided_by bigint REFERENCES users (id),
    CONSTRAINT host_key_changes_decided_whole
        CHECK ((decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (decided_by IS NULL))
);

-- A key that is not accepted is there once a device, however often it is shown.
CREATE UNIQUE INDEX host_key_changes_once ON host_key_changes (device_id, algorithm, fingerprint)
    WHERE decision IS DISTINCT FROM 'accepted';
-- Serves the page: what waits, newest first.
CREATE INDEX host_key_changes_open ON host_key_changes (id) WHERE decision IS NULL;
