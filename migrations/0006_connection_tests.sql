-- Connection tests: the whole attempt on a device, saved or not, of which nothing is kept but what
-- came of it. A queue of its own beside runs: a test belongs to no batch, moves nothing of its
-- device, and is gone after a day.

CREATE TABLE connection_tests (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Who asked, and sees it. No reference: a row that lives for a day keeps nobody from going.
    user_id bigint NOT NULL,
    -- The saved device whose settings are tried. NULL: one that is not saved yet.
    device_id bigint REFERENCES devices (id) ON DELETE CASCADE,
    site_id bigint NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    -- What is tried, as in devices, as it was when it was asked for.
    name text NOT NULL,
    address text NOT NULL,
    port integer NOT NULL CONSTRAINT connection_tests_port_range CHECK (port BETWEEN 1 AND 65535),
    platform text NOT NULL CONSTRAINT connection_tests_platform_known CHECK (platform IN ('routeros')),
    credential_id bigint NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
    legacy_ssh boolean NOT NULL,
    connect_timeout_secs integer NOT NULL
        CONSTRAINT connection_tests_connect_timeout_positive CHECK (connect_timeout_secs > 0),
    export_timeout_secs integer NOT NULL
        CONSTRAINT connection_tests_export_timeout_positive CHECK (export_timeout_secs > 0),
    -- `prepared` waits for a person, who first pastes the commands with a new key.
    state text NOT NULL
        CONSTRAINT connection_tests_state_known
            CHECK (state IN ('prepared', 'queued', 'running', 'succeeded', 'failed', 'cancelled')),
    -- Who runs it, and until when that is believed without a heartbeat; as in runs.
    claimed_by text,
    lease_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    duration_ms bigint,
    -- [{"at_ms", "text"}] and [{"name", "ok", "detail"}], as in runs.
    steps jsonb NOT NULL DEFAULT '[]',
    checks jsonb NOT NULL DEFAULT '[]',
    verdict text CONSTRAINT connection_tests_verdict_known CHECK (verdict IN ('verified', 'suspect')),
    failure_code text,
    failure_message text,
    -- How much the export had; no byte of it is kept.
    size_bytes bigint,
    -- Whether the command used shows passwords and keys. NULL: no export came.
    has_secrets boolean,
    -- Facts found.
    identity text,
    model text,
    serial text,
    version text,
    -- What the account's group allows. NULL: the router did not say.
    policies text[],
    -- The host key that the router showed, and what it is to us.
    host_key_algorithm text,
    host_key_fingerprint text,
    host_key_standing text
        CONSTRAINT connection_tests_key_known CHECK (host_key_standing IN ('pinned', 'new', 'changed')),
    -- The public half of the credential, where that is a key: what is to be put on the router.
    public_key text,
    CONSTRAINT connection_tests_running_is_leased
        CHECK (state <> 'running' OR (claimed_by IS NOT NULL AND lease_until IS NOT NULL)),
    CONSTRAINT connection_tests_failed_says_why
        CHECK (state <> 'failed' OR (failure_code IS NOT NULL AND failure_message IS NOT NULL))
);

-- At most one at a time for each person.
CREATE UNIQUE INDEX connection_tests_one_active_per_user ON connection_tests (user_id)
    WHERE state IN ('queued', 'running');
-- Serves the claim, the count of what is active, and the search for lost leases.
CREATE INDEX connection_tests_active ON connection_tests (state, id)
    WHERE state IN ('queued', 'running');
-- Serves the limit of what is kept for one person.
CREATE INDEX connection_tests_user ON connection_tests (user_id, id);
-- Serves the sweep.
CREATE INDEX connection_tests_created ON connection_tests (created_at);
-- Serve the foreign keys when a device, a site or a credential goes.
CREATE INDEX connection_tests_device ON connection_tests (device_id);
CREATE INDEX connection_tests_site ON connection_tests (site_id);
CREATE INDEX connection_tests_credential ON connection_tests (credential_id);
