-- The first schema: who is backed up (sites, devices, credentials), what was asked for
-- (batches, runs), and what came of it (snapshots). PostgreSQL is the only coordinator:
-- collectors claim runs from it, schedulers and pages read and insert, nobody talks to
-- anybody else. Every time is UTC. States are text with a named CHECK, so that a dump reads
-- by itself and a new state is one line.

-- The key that seals credentials and bodies, itself sealed by the key file ("master key").
-- One row; replacing the master key rewrites this row and nothing else.
CREATE TABLE vault_keys (
    id smallint PRIMARY KEY CONSTRAINT vault_keys_one CHECK (id = 1),
    -- First 8 bytes of the SHA-256 of the master key: names the key file that is needed,
    -- so that a wrong one is refused with a sentence.
    master_key_id bytea NOT NULL,
    -- nonce (24 bytes) and ciphertext of the 32-byte data key.
    wrapped_key bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE sites (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Stable name in URLs, file names and commands.
    slug text NOT NULL CONSTRAINT sites_slug_unique UNIQUE,
    name text NOT NULL,
    -- IANA name; the nightly schedule is reckoned in it.
    timezone text NOT NULL,
    tags text[] NOT NULL DEFAULT '{}',
    notes text NOT NULL DEFAULT '',
    -- When the nightly batch is due next. NULL: to be computed by the scheduler.
    next_due_at timestamptz,
    -- Set when the site left the inventory; its devices keep their history.
    archived_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Serves the scheduler's tick: which sites are due.
CREATE INDEX sites_due ON sites (next_due_at) WHERE archived_at IS NULL;

CREATE TABLE credentials (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CONSTRAINT credentials_name_unique UNIQUE,
    username text NOT NULL,
    -- The secret as sealed JSON: a password, or a private key with its passphrase.
    sealed bytea NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE devices (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site_id bigint NOT NULL REFERENCES sites (id),
    name text NOT NULL,
    -- Host name or IP address, without the port.
    address text NOT NULL,
    port integer NOT NULL CONSTRAINT devices_port_range CHECK (port BETWEEN 1 AND 65535),
    platform text NOT NULL CONSTRAINT devices_platform_known CHECK (platform IN ('routeros')),
    credential_id bigint NOT NULL REFERENCES credentials (id),
    tags text[] NOT NULL DEFAULT '{}',
    enabled boolean NOT NULL DEFAULT true,
    -- Whether the weak SSH algorithms of old RouterOS may be used.
    legacy_ssh boolean NOT NULL DEFAULT false,
    connect_timeout_secs integer NOT NULL DEFAULT 10
        CONSTRAINT devices_connect_timeout_positive CHECK (connect_timeout_secs > 0),
    export_timeout_secs integer NOT NULL DEFAULT 300
        CONSTRAINT devices_export_timeout_positive CHECK (export_timeout_secs > 0),
    -- Facts found by the last run that got them; NULL until then.
    identity text,
    model text,
    serial text,
    version text,
    -- Whether the device is known to answer a `:put` behind `/export`. NULL: not known yet.
    answers_sentinel boolean,
    -- What was learnt before this time (serial number, size) no longer binds: a person said
    -- that the device was replaced or reset.
    trusted_anew_at timestamptz,
    -- Kept beside what they summarise, in the transaction that changes it, so that coverage of
    -- 10,000 devices is one scan of this table: when the newest verified snapshot was last
    -- seen, which it is, the newest of any verdict, and the newest ended run.
    last_verified_at timestamptz,
    last_verified_snapshot_id bigint,
    newest_snapshot_id bigint,
    last_run_id bigint,
    -- Set when the device left the inventory; never deleted while it has snapshots.
    archived_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT devices_name_unique UNIQUE (site_id, name)
);

-- Serves the inventory: which credentials are still in use.
CREATE INDEX devices_credential ON devices (credential_id);

-- The host keys that were trusted at first sight. One per algorithm, for RouterOS may switch
-- between RSA and Ed25519 by a setting, without being another router.
CREATE TABLE host_keys (
    device_id bigint NOT NULL REFERENCES devices (id),
    -- Key type as SSH names it: `ssh-rsa`, `ssh-ed25519` (never a signature algorithm).
    algorithm text NOT NULL,
    -- The public key in OpenSSH's wire encoding.
    public_key bytea NOT NULL,
    -- `SHA256:...` as `ssh-keygen -l` prints it.
    fingerprint text NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (device_id, algorithm)
);

-- What one trigger asked for.
CREATE TABLE batches (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    trigger text NOT NULL CONSTRAINT batches_trigger_known CHECK (trigger IN ('scheduled', 'manual', 'api')),
    -- The person or program that asked; NULL for the schedule.
    requested_by text,
    -- The site it was for; NULL for a batch over several.
    site_id bigint REFERENCES sites (id),
    -- The scheduled time; NULL unless scheduled.
    due_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- When its last run ended; NULL while any is queued or running.
    finished_at timestamptz
);

-- One nightly batch per site and due time, whoever computes it.
CREATE UNIQUE INDEX batches_scheduled_once ON batches (site_id, due_at) WHERE trigger = 'scheduled';
-- Serves the search for batches whose last run has ended.
CREATE INDEX batches_open ON batches (id) WHERE finished_at IS NULL;
-- Serves the list of a site's batches, newest first.
CREATE INDEX batches_site ON batches (site_id, id DESC);

-- One device in a batch.
CREATE TABLE runs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batch_id bigint NOT NULL REFERENCES batches (id),
    device_id bigint NOT NULL REFERENCES devices (id),
    -- The device's site, repeated here for the cap per site when claiming.
    site_id bigint NOT NULL REFERENCES sites (id),
    -- 0: a person waits for it; 1: the schedule.
    priority smallint NOT NULL,
    state text NOT NULL DEFAULT 'queued'
        CONSTRAINT runs_state_known CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    -- How many attempts were begun.
    attempt integer NOT NULL DEFAULT 0,
    -- Not to be claimed before this time (back-off after a failed attempt).
    not_before timestamptz NOT NULL DEFAULT now(),
    -- Who runs or ran it, and until when that is believed without a heartbeat.
    claimed_by text,
    lease_until timestamptz,
    queued_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    outcome text CONSTRAINT runs_outcome_known CHECK (outcome IN ('changed', 'unchanged')),
    verdict text CONSTRAINT runs_verdict_known CHECK (verdict IN ('verified', 'suspect')),
    -- [{"name", "ok", "detail"}]
    checks jsonb NOT NULL DEFAULT '[]',
    -- [{"at_ms", "text"}], the step trail; at_ms since started_at.
    steps jsonb NOT NULL DEFAULT '[]',
    failure_code text,
    failure_message text,
    snapshot_id bigint,
    size_bytes bigint,
    sha256 bytea,
    duration_ms bigint,
    CONSTRAINT runs_running_is_leased CHECK (state <> 'running' OR (claimed_by IS NOT NULL AND lease_until IS NOT NULL)),
    CONSTRAINT runs_failed_says_why CHECK (state <> 'failed' OR (failure_code IS NOT NULL AND failure_message IS NOT NULL))
);

-- At most one active run per device, whoever asks.
CREATE UNIQUE INDEX runs_one_active_per_device ON runs (device_id) WHERE state IN ('queued', 'running');
-- Serves the claim: the sites that wait, by priority, and the oldest of each.
CREATE INDEX runs_waiting ON runs (priority, site_id, not_before, id) WHERE state = 'queued';
-- Serves the cap per site and the search for lost leases. Not with lease_until: a heartbeat
-- moves it every second, and would have to write a new entry each time.
CREATE INDEX runs_running ON runs (site_id) WHERE state = 'running';
-- Serves the batch page and the end of a batch.
CREATE INDEX runs_batch ON runs (batch_id, state);
-- Serves the last result of a device.
CREATE INDEX runs_device ON runs (device_id, id DESC);

CREATE TABLE snapshots (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id bigint NOT NULL REFERENCES devices (id),
    -- Valid from the one to the other; an unchanged export moves last_seen_at.
    taken_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    times_seen integer NOT NULL DEFAULT 1,
    verdict text NOT NULL CONSTRAINT snapshots_verdict_known CHECK (verdict IN ('verified', 'suspect')),
    checks jsonb NOT NULL,
    -- SHA-256 of the comparison form: equal means unchanged.
    fingerprint bytea NOT NULL,
    -- SHA-256 of the exact bytes.
    sha256 bytea NOT NULL,
    size_bytes bigint NOT NULL,
    line_count integer NOT NULL,
    version text,
    model text,
    serial text,
    -- Whether the command used shows passwords and keys.
    has_secrets boolean NOT NULL,
    -- Menus that the router could not export.
    error_menus text[] NOT NULL DEFAULT '{}',
    -- What made it: the batch of the run that stored it.
    batch_id bigint REFERENCES batches (id),
    -- The sealed body. `whole`: zstd of the bytes. `patch`: zstd against the bytes of
    -- base_snapshot_id, which is always the next newer snapshot of the device.
    codec text NOT NULL CONSTRAINT snapshots_codec_known CHECK (codec IN ('whole', 'patch')),
    base_snapshot_id bigint REFERENCES snapshots (id),
    -- How many older snapshots need this one to be read (the chain's length).
    chain_length integer NOT NULL DEFAULT 0,
    body bytea NOT NULL,
    CONSTRAINT snapshots_patch_has_base CHECK ((codec = 'patch') = (base_snapshot_id IS NOT NULL))
);

-- Already compressed and sealed: a second compression would only cost.
ALTER TABLE snapshots ALTER COLUMN body SET STORAGE EXTERNAL;

-- Serves a device's Config Backups, newest first, and the newest of all verdicts.
CREATE INDEX snapshots_device ON snapshots (device_id, taken_at DESC, id DESC);
-- Serves coverage: the newest verified snapshot of a device.
CREATE INDEX snapshots_verified ON snapshots (device_id, last_seen_at DESC, id DESC) WHERE verdict = 'verified';
-- Serves the check that nothing needs a body before it goes.
CREATE INDEX snapshots_base ON snapshots (base_snapshot_id) WHERE base_snapshot_id IS NOT NULL;

ALTER TABLE runs ADD CONSTRAINT runs_snapshot_exists FOREIGN KEY (snapshot_id) REFERENCES snapshots (id);
ALTER TABLE devices
    ADD CONSTRAINT devices_last_verified_exists FOREIGN KEY (last_verified_snapshot_id) REFERENCES snapshots (id),
    ADD CONSTRAINT devices_newest_exists FOREIGN KEY (newest_snapshot_id) REFERENCES snapshots (id),
    ADD CONSTRAINT devices_last_run_exists FOREIGN KEY (last_run_id) REFERENCES runs (id);
-- Serves the foreign key when a snapshot goes.
CREATE INDEX runs_snapshot ON runs (snapshot_id) WHERE snapshot_id IS NOT NULL;
