-- One's own account. A token is told from others of its owner by its name, in the audit for ever,
-- so no name is used twice, not even of a revoked one. That also keeps a form that is sent again
-- (the page that shows a token once answers its POST) from making a second token.

CREATE UNIQUE INDEX api_tokens_name_unique ON api_tokens (user_id, lower(name));

-- As of users: an administrator manages what belongs to no site, so a token that may do so reaches
-- all of them.
ALTER TABLE api_tokens
    ADD CONSTRAINT api_tokens_administrators_reach_all
    CHECK (role <> 'administrator' OR (all_sites AND withheld = '{}'));
