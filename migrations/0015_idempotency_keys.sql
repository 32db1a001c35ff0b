-- What a program asked for once under a key of its own, and what it was answered: asked again with
-- the same key, because the answer was lost on the way, it is answered the same and nothing is done
-- twice. Kept for a day.
CREATE TABLE idempotency_keys (
    user_id bigint NOT NULL REFERENCES users (id),
    -- As the program names it.
    key text NOT NULL,
    -- SHA-256 of method, path and body: the same key for something else is a slip.
    request bytea NOT NULL,
    -- What was answered: the status, where it leads, and the JSON. Written in the transaction that
    -- does what was asked for; NULL only within it.
    status smallint,
    location text,
    body jsonb,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, key)
);
-- Serves the removal of a person's old ones.
CREATE INDEX idempotency_keys_created ON idempotency_keys (user_id, created_at);
