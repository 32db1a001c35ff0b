-- Alerts: what happened to devices, who is to hear of it by which rule, and the messages that carry
-- it there. What happened is found by looking at runs that ended and at host keys that changed,
-- each looked at once, whoever ended it; so neither collectors nor pages know of alerts.

-- Where mail is handed over.
CREATE TABLE mail_server (
    -- One row at most.
    id boolean PRIMARY KEY DEFAULT true CONSTRAINT mail_server_one_row CHECK (id),
    host text NOT NULL CONSTRAINT mail_server_host_length CHECK (length(host) BETWEEN 1 AND 253),
    port integer NOT NULL CONSTRAINT mail_server_port_known CHECK (port BETWEEN 1 AND 65535),
    -- TLS from the first byte, TLS asked for before anything is said, or none.
    security text NOT NULL CONSTRAINT mail_server_security_known CHECK (security IN ('tls', 'starttls', 'clear')),
    -- NULL: it asks for no sign-in.
    username text,
    password_sealed bytea,
    -- The address that mail is from.
    sender text NOT NULL,
    CONSTRAINT mail_server_password_of_user CHECK (password_sealed IS NULL OR username IS NOT NULL),
    CONSTRAINT mail_server_never_in_clear CHECK (username IS NULL OR security <> 'clear')
);

-- Where messages go.
CREATE TABLE alert_destinations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CONSTRAINT alert_destinations_name_unique UNIQUE
        CONSTRAINT alert_destinations_name_length CHECK (length(name) BETWEEN 1 AND 60),
    kind text NOT NULL CONSTRAINT alert_destinations_kind_known CHECK (kind IN ('mail', 'webhook', 'slack', 'teams')),
    -- Addresses of mail.
    recipients text[] NOT NULL DEFAULT '{}',
    -- The address of a webhook, sealed: who knows it may post there. Its host is for people to see.
    url_sealed bytea,
    url_host text,
    -- What a generic webhook is signed with.
    secret_sealed bytea,
    CONSTRAINT alert_destinations_whole CHECK (
        (kind = 'mail') = (cardinality(recipients) > 0)
        AND (kind = 'mail') = (url_sealed IS NULL)
        AND (url_sealed IS NULL) = (url_host IS NULL)
        AND (kind = 'webhook') = (secret_sealed IS NOT NULL)
    )
);

-- Who hears of what.
CREATE TABLE alert_rules (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CONSTRAINT alert_rules_name_unique UNIQUE
        CONSTRAINT alert_rules_name_length CHECK (length(name) BETWEEN 1 AND 60),
    destination_id bigint NOT NULL REFERENCES alert_destinations (id),
    enabled boolean NOT NULL,
    -- Of what happens, what it is told.
    kinds text[] NOT NULL CONSTRAINT alert_rules_kinds_known CHECK (
        cardinality(kinds) > 0
        AND kinds <@ ARRAY['first_failure', 'recovered', 'overdue', 'suspect', 'host_key_changed', 'configuration_changed']
    ),
    -- Every device, or those at the sites in alert_rule_sites and those that have, or whose site
    -- has, one of the tags.
    all_sites boolean NOT NULL,
    tags text[] NOT NULL DEFAULT '{}',
    -- How long after its last verified export a device counts as overdue.
    overdue_hours integer NOT NULL DEFAULT 48
        CONSTRAINT alert_rules_overdue_bounded CHECK (overdue_hours BETWEEN 1 AND 8760),
    -- The time of day of its one message a day. NULL: a message as soon as something happens.
    digest_at time,
    -- Between these times of day nothing is sent; what happens then comes in one message at the end.
    quiet_from time,
    quiet_until time,
    -- IANA name of the zone of these times.
    timezone text NOT NULL,
    CONSTRAINT alert_rules_quiet_whole CHECK ((quiet_from IS NULL) = (quiet_until IS NULL) AND quiet_from <> quiet_until)
);

-- Serves the deletion of a destination.
CREATE INDEX alert_rules_destination ON alert_rules (destination_id);

CREATE TABLE alert_rule_sites (
    rule_id bigint NOT NULL REFERENCES alert_rules (id) ON DELETE CASCADE,
    site_id bigint NOT NULL REFERENCES sites (id),
    PRIMARY KEY (rule_id, site_id)
);

-- Which rule is about which device.
CREATE VIEW alert_concerned AS
SELECT alert_rules.id AS rule_id, devices.id AS device_id
FROM alert_rules
CROSS JOIN devices
JOIN sites ON sites.id = devices.site_id
WHERE alert_rules.all_sites
   OR alert_rules.tags && devices.tags
   OR alert_rules.tags && sites.tags
   OR EXISTS (
       SELECT
       FROM alert_rule_sites
       WHERE alert_rule_sites.rule_id = alert_rules.id
         AND alert_rule_sites.site_id = devices.site_id
   );

-- What happened, as it is told. Only what a rule asks for is kept.
CREATE TABLE alert_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CONSTRAINT alert_events_kind_known CHECK (
        kind IN ('first_failure', 'recovered', 'overdue', 'suspect', 'host_key_changed', 'configuration_changed')
    ),
    device_id bigint NOT NULL REFERENCES devices (id),
    occurred_at timestamptz NOT NULL,
    -- What it was found by; what is gone meanwhile is told without. No references: runs and
    -- snapshots are deleted by their own rules.
    run_id bigint,
    snapshot_id bigint,
    -- The verified snapshot before a changed one.
    previous_snapshot_id bigint,
    -- A sentence about the cause, without a secret; empty when the kind says all.
    detail text NOT NULL DEFAULT ''
);

-- Messages on their way, sent and given up; the log of deliveries.
CREATE TABLE alert_messages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Random; the same however often it is tried, so that who receives it twice can tell.
    token text NOT NULL CONSTRAINT alert_messages_token_unique UNIQUE,
    -- NULL: a test, or the rule is gone.
    rule_id bigint REFERENCES alert_rules (id) ON DELETE SET NULL,
    -- NULL: the destination is gone, and it is not sent.
    destination_id bigint REFERENCES alert_destinations (id) ON DELETE SET NULL,
    -- As it was called when the message was made.
    destination_name text NOT NULL,
    kind text NOT NULL CONSTRAINT alert_messages_kind_known CHECK (kind IN ('events', 'digest', 'test')),
    state text NOT NULL DEFAULT 'waiting'
        CONSTRAINT alert_messages_state_known CHECK (state IN ('waiting', 'sending', 'sent', 'failed')),
    created_at timestamptz NOT NULL,
    -- Not before then: the end of quiet hours, the time of a digest, or the next attempt.
    due_at timestamptz NOT NULL,
    -- Until when it takes further events of its rule. NULL: it is closed.
    gathers_until timestamptz,
    attempt integer NOT NULL DEFAULT 0,
    -- Who sends it, and until when that is believed; as in runs.
    claimed_by text,
    lease_until timestamptz,
    finished_at timestamptz,
    -- Why the last attempt failed, without a secret; of a message that was sent, whom the mail
    -- server refused.
    failure text,
    -- Who asked for a test, as they were called.
    requested_by text,
    CONSTRAINT alert_messages_sending_is_leased
        CHECK (state <> 'sending' OR (claimed_by IS NOT NULL AND lease_until IS NOT NULL)),
    CONSTRAINT alert_messages_failed_says_why CHECK (state <> 'failed' OR failure IS NOT NULL)
);

-- Serves the claim.
CREATE INDEX alert_messages_due ON alert_messages (due_at) WHERE state IN ('waiting', 'sending');
-- Serves events that join a message: one open message a rule.
CREATE UNIQUE INDEX alert_messages_open ON alert_messages (rule_id) WHERE gathers_until IS NOT NULL;
-- Serve the deletion of a rule and of a destination, and the last message to one.
CREATE INDEX alert_messages_rule ON alert_messages (rule_id);
CREATE INDEX alert_messages_destination ON alert_messages (destination_id, id);
-- Serves the log of one state.
CREATE INDEX alert_messages_state ON alert_messages (state, id);
-- Serves the sweep of old ones.
CREATE INDEX alert_messages_finished ON alert_messages (finished_at);

CREATE TABLE alert_message_events (
    message_id bigint NOT NULL REFERENCES alert_messages (id) ON DELETE CASCADE,
    event_id bigint NOT NULL REFERENCES alert_events (id) ON DELETE CASCADE,
    PRIMARY KEY (message_id, event_id)
);

-- Serves the deletion of an event.
CREATE INDEX alert_message_events_event ON alert_message_events (event_id);

-- How a device stood when its last run was looked at. No row: nothing was wrong.
CREATE TABLE alert_device_states (
    device_id bigint PRIMARY KEY REFERENCES devices (id),
    state text NOT NULL CONSTRAINT alert_device_states_known CHECK (state IN ('failing', 'suspect'))
);

-- Devices that a rule was told are overdue, until they are verified again.
CREATE TABLE alert_overdue (
    rule_id bigint NOT NULL REFERENCES alert_rules (id) ON DELETE CASCADE,
    device_id bigint NOT NULL REFERENCES devices (id),
    PRIMARY KEY (rule_id, device_id)
);

-- Whether alerts have looked at it. What ended before there were alerts is not told any more.
ALTER TABLE runs ADD COLUMN is_watched boolean NOT NULL DEFAULT true;
ALTER TABLE runs ALTER COLUMN is_watched SET DEFAULT false;
-- Serves the look at runs that ended, in the order in which they did.
CREATE INDEX runs_to_look_at ON runs (finished_at, id)
    WHERE NOT is_watched AND state IN ('succeeded', 'failed');

ALTER TABLE host_key_changes ADD COLUMN is_watched boolean NOT NULL DEFAULT true;
ALTER TABLE host_key_changes ALTER COLUMN is_watched SET DEFAULT false;
CREATE INDEX host_key_changes_to_look_at ON host_key_changes (id) WHERE NOT is_watched;

-- Who looks for alerts gives signs of life, too.
ALTER TABLE heartbeats DROP CONSTRAINT heartbeats_service_known;
ALTER TABLE heartbeats ADD CONSTRAINT heartbeats_service_known
    CHECK (service IN ('scheduler', 'indexer', 'alerts'));
