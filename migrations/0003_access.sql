-- Who may do what: people, their sessions and tokens, and the audit of what they did. What proves
-- somebody (a session, a token, a link) is random and kept as its SHA-256; passwords as argon2id.

CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- What is typed at sign-in, whatever the case, and what batches and the audit name.
    name text NOT NULL CONSTRAINT users_name_length CHECK (length(name) BETWEEN 1 AND 100),
    -- How the person is called on pages; empty: by the name above.
    full_name text NOT NULL DEFAULT '' CONSTRAINT users_full_name_short CHECK (length(full_name) <= 100),
    role text NOT NULL CONSTRAINT users_role_known CHECK (role IN ('viewer', 'technician', 'administrator')),
    -- What the role may do and this person may not.
    withheld text[] NOT NULL DEFAULT '{}'
        CONSTRAINT users_withheld_known CHECK (withheld <@ ARRAY['back_up', 'annotate', 'download', 'reveal']),
    -- Whether they reach every site; otherwise those of user_sites, and those that have one of
    -- these tags.
    all_sites boolean NOT NULL,
    site_tags text[] NOT NULL DEFAULT '{}',
    -- argon2id in the PHC format. NULL: none was set yet, or they sign in elsewhere.
    password_hash text,
    -- The sealed secret of their one-time codes. NULL: no second factor.
    totp_sealed bytea,
    -- The last 30-second step whose code was used: none is taken twice.
    totp_last_step bigint,
    -- Who they are at the provider of single sign-on. NULL: they have no account there.
    oidc_issuer text,
    oidc_subject text,
    last_signed_in_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- Set when they may no longer sign in; never deleted, for the audit names them.
    archived_at timestamptz,
    CONSTRAINT users_administrators_reach_all CHECK (role <> 'administrator' OR (all_sites AND withheld = '{}')),
    CONSTRAINT users_oidc_whole CHECK ((oidc_issuer IS NULL) = (oidc_subject IS NULL))
);

CREATE UNIQUE INDEX users_name_unique ON users (lower(name));
CREATE UNIQUE INDEX users_oidc_unique ON users (oidc_issuer, oidc_subject) WHERE oidc_issuer IS NOT NULL;

-- The sites that somebody reaches by name.
CREATE TABLE user_sites (
    user_id bigint NOT NULL REFERENCES users (id),
    site_id bigint NOT NULL REFERENCES sites (id),
    PRIMARY KEY (user_id, site_id)
);

CREATE TABLE recovery_codes (
    user_id bigint NOT NULL REFERENCES users (id),
    -- SHA-256 of the code.
    code_hash bytea NOT NULL,
    -- A used one stays, so that the page can tell how many are left.
    used_at timestamptz,
    PRIMARY KEY (user_id, code_hash)
);

-- A browser that is signed in.
CREATE TABLE sessions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- SHA-256 of what the cookie holds.
    token_hash bytea NOT NULL CONSTRAINT sessions_token_unique UNIQUE,
    user_id bigint NOT NULL REFERENCES users (id),
    -- `code`: the password was right, and the second factor is still asked for.
    stage text NOT NULL CONSTRAINT sessions_stage_known CHECK (stage IN ('code', 'full')),
    -- How they signed in, and from where.
    method text NOT NULL CONSTRAINT sessions_method_known CHECK (method IN ('password', 'link', 'single_sign_on')),
    address text NOT NULL,
    browser text NOT NULL,
    created_at timestamptz NOT NULL,
    -- Moved at most once a minute.
    last_used_at timestamptz NOT NULL,
    -- The end, however much it is used.
    expires_at timestamptz NOT NULL
);

-- Serves the list of somebody's sessions, and ending them all.
CREATE INDEX sessions_user ON sessions (user_id);
-- Serves the sweep of ended ones.
CREATE INDEX sessions_expires ON sessions (expires_at);

-- A link that works once: it creates the first administrator, or sets somebody's password.
CREATE TABLE one_time_links (
    -- SHA-256 of what the link holds.
    token_hash bytea PRIMARY KEY,
    -- NULL: whoever has it becomes the first administrator.
    user_id bigint REFERENCES users (id),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

-- What failed lately, for slowing down who guesses. Swept when it is old.
CREATE TABLE sign_in_failures (
    -- `account:<SHA-256 of the name in lower case>` or `address:<address>`.
    key text PRIMARY KEY,
    failures integer NOT NULL,
    last_at timestamptz NOT NULL
);
CREATE INDEX sign_in_failures_last ON sign_in_failures (last_at);

-- From where somebody signed in before: such an address is not held up by what others do wrong
-- with the account.
CREATE TABLE known_addresses (
    user_id bigint NOT NULL REFERENCES users (id),
    address text NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, address)
);

-- For programs. What a token may do is never more than its owner may at that moment.
CREATE TABLE api_tokens (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users (id),
    name text NOT NULL CONSTRAINT api_tokens_name_length CHECK (length(name) BETWEEN 1 AND 100),
    -- SHA-256 of the token, and how it begins, to tell it from others.
    token_hash bytea NOT NULL CONSTRAINT api_tokens_token_unique UNIQUE,
    begins text NOT NULL,
    role text NOT NULL CONSTRAINT api_tokens_role_known CHECK (role IN ('viewer', 'technician', 'administrator')),
    withheld text[] NOT NULL DEFAULT '{}'
        CONSTRAINT api_tokens_withheld_known CHECK (withheld <@ ARRAY['back_up', 'annotate', 'download', 'reveal']),
    -- As in users.
    all_sites boolean NOT NULL,
    site_tags text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- Moved at most once a minute. NULL: never used.
    last_used_at timestamptz,
    last_used_from text,
    revoked_at timestamptz
);
CREATE INDEX api_tokens_user ON api_tokens (user_id, id);

CREATE TABLE api_token_sites (
    token_id bigint NOT NULL REFERENCES api_tokens (id),
    site_id bigint NOT NULL REFERENCES sites (id),
    PRIMARY KEY (token_id, site_id)
);

-- Who did what. Rows are added and nothing else, whoever asks.
CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    -- Who, as they were called then; empty: nobody who was recognised. A program acts by a token
    -- of somebody.
    user_id bigint REFERENCES users (id),
    user_name text NOT NULL,
    token_name text,
    -- From where; empty: on the machine itself, by a command.
    address text NOT NULL,
    -- `sign_in`, `secrets_shown`, ...
    action text NOT NULL,
    -- The site that it was about. NULL: none, or several.
    site_id bigint REFERENCES sites (id),
    -- On what: `acme/gw-1, backup 17`.
    subject text NOT NULL,
    -- What is to be known beside it, in words.
    detail text NOT NULL
);
-- Serve its filters, newest first.
CREATE INDEX audit_at ON audit (at, id);
CREATE INDEX audit_action ON audit (action, id);
CREATE INDEX audit_user ON audit (user_id, id);
CREATE INDEX audit_site ON audit (site_id, id);

CREATE FUNCTION audit_is_kept() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'the audit is only ever added to' USING ERRCODE = 'insufficient_privilege';
END;
$$;

CREATE TRIGGER audit_is_kept
    BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept();
-- The role that RouterVault works as owns the table; it gives these up, so that no mistake of
-- the program reaches as far as the trigger.
REVOKE UPDATE, DELETE, TRUNCATE ON audit FROM CURRENT_USER;
