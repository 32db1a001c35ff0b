-- Single sign-on by OpenID Connect: the one provider, what each of its groups may do here, and the
-- sign-ins that are on their way between a browser, the provider and us.

CREATE TABLE single_sign_on (
    -- One row at most.
    id boolean PRIMARY KEY DEFAULT true CONSTRAINT single_sign_on_one_row CHECK (id),
    -- As the provider writes itself, to the letter.
    issuer text NOT NULL,
    client_id text NOT NULL,
    -- Sealed for this issuer and client id: with another one it does not open. NULL: the provider
    -- gave none, and PKCE alone proves that we are who began.
    client_secret_sealed bytea,
    -- Asked for beside `openid`.
    scopes text[] NOT NULL,
    -- The claim that holds somebody's groups.
    groups_claim text NOT NULL CONSTRAINT single_sign_on_claim_named CHECK (groups_claim <> ''),
    -- What the link on the sign-in page says.
    label text NOT NULL CONSTRAINT single_sign_on_label_length CHECK (length(label) BETWEEN 1 AND 60),
    -- Where browsers reach us, without a path: `https://vault.example.net`. The provider sends them
    -- back there.
    own_address text NOT NULL,
    enabled boolean NOT NULL
);

-- What somebody in a group of the provider may do.
CREATE TABLE single_sign_on_groups (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- As the provider writes it, to the letter.
    name text NOT NULL CONSTRAINT single_sign_on_groups_name_unique UNIQUE
        CONSTRAINT single_sign_on_groups_name_length CHECK (length(name) BETWEEN 1 AND 200),
    -- As in users.
    role text NOT NULL CONSTRAINT single_sign_on_groups_role_known CHECK (role IN ('viewer', 'technician', 'administrator')),
    withheld text[] NOT NULL DEFAULT '{}'
        CONSTRAINT single_sign_on_groups_withheld_known CHECK (withheld <@ ARRAY['back_up', 'annotate', 'download', 'reveal']),
    all_sites boolean NOT NULL,
    site_tags text[] NOT NULL DEFAULT '{}',
    CONSTRAINT single_sign_on_groups_administrators_reach_all CHECK (role <> 'administrator' OR (all_sites AND withheld = '{}'))
);

CREATE TABLE single_sign_on_group_sites (
    group_id bigint NOT NULL REFERENCES single_sign_on_groups (id) ON DELETE CASCADE,
    site_id bigint NOT NULL REFERENCES sites (id),
    PRIMARY KEY (group_id, site_id)
);

-- A browser that was sent to the provider and is not back yet. Taken out when it comes back, so
-- that no answer counts twice.
CREATE TABLE single_sign_on_flows (
    -- SHA-256 of the `state` that the provider hands back.
    state_hash bytea PRIMARY KEY,
    -- SHA-256 of what the cookie of the browser holds: in another browser the answer is worth nothing.
    browser_hash bytea NOT NULL,
    -- Nonce and PKCE verifier, sealed for this state.
    sealed bytea NOT NULL,
    -- The page that was asked for.
    next_path text NOT NULL,
    expires_at timestamptz NOT NULL
);

-- Serves the sweep of what is over, and of the oldest when there are too many.
CREATE INDEX single_sign_on_flows_expires ON single_sign_on_flows (expires_at);
