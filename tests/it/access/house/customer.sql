-- Customer number $NUMBER, called $WORD. Each text that is theirs has the word, an address of $NET, or
-- a serial number that begins with $SERIAL.
INSERT INTO sites (created_at, origin, slug, name, timezone, tags, notes)
VALUES ('2026-03-04T10:00:00Z', 'browser', '$WORD', 'Site $WORD', 'Europe/Berlin', '{$WORD-tag}', '$WORD notes');

INSERT INTO credentials (origin, name, username, sealed) VALUES ('browser', '$WORD-login', '$WORD-backup', '');

INSERT INTO devices (created_at, origin, site_id, name, address, port, platform, credential_id, tags, identity, model, serial, version, days, days_until)
VALUES
    ('2026-03-04T10:00:00Z', 'browser', $NUMBER, '$WORD-gw', '$NET.1', 22, 'routeros', $NUMBER, '{$WORD-core}', '$WORD-identity', '$WORD-model', '$SERIAL01', '7.16.2', 'cu', '2026-05-03'),
    ('2026-03-04T10:00:00Z', 'browser', $NUMBER, '$WORD-ap', '$NET.2', 22, 'routeros', $NUMBER, '{}', NULL, NULL, NULL, NULL, 'f', '2026-05-03');

UPDATE devices SET schedule_id = 1 WHERE site_id = $NUMBER;
INSERT INTO due_times (site_id, schedule_id, due_at) VALUES ($NUMBER, 1, '2026-05-04T0$NUMBER:00:00Z');

INSERT INTO host_keys (device_id, algorithm, public_key, fingerprint, first_seen_at)
VALUES ($NUMBER * 2 - 1, 'ssh-ed25519', '', 'SHA256:$WORD-fingerprint', '2026-05-01T02:00:00Z');

-- Schedule number 1 is the one for everything.
INSERT INTO schedules (origin, site_id, rhythm, spread_secs) VALUES ('browser', $NUMBER, 'daily 04:00', 60);
INSERT INTO maintenance_windows (origin, name, site_id, span) VALUES ('browser', '$WORD-window', $NUMBER, 'weekly mon 12:00 60');

-- A night in which the access point did not answer, and a person who tries again.
INSERT INTO batches (trigger, requested_by, site_id, due_at, created_at, finished_at)
VALUES
    ('scheduled', NULL, $NUMBER, '2026-05-02T02:00:00Z', '2026-05-02T02:00:00Z', '2026-05-02T02:01:00Z'),
    ('manual', '$WORD-person', $NUMBER, NULL, '2026-05-03T11:00:00Z', NULL);

INSERT INTO runs (batch_id, device_id, site_id, priority, state, attempt, not_before, queued_at, started_at, finished_at,
                  outcome, verdict, checks, steps, failure_code, failure_message, size_bytes, duration_ms)
VALUES
    (1, $NUMBER * 2 - 1, $NUMBER, 0, 'succeeded', 1, '2026-05-01T02:00:00Z', '2026-05-01T02:00:00Z', '2026-05-01T02:00:00Z',
     '2026-05-01T02:00:09Z', 'changed', 'verified', '[{"name": "header", "ok": true, "detail": "$WORD-check"}]',
     '[{"at_ms": 12, "text": "connected to $WORD"}]', NULL, NULL, 20000, 9000),
    ($NUMBER * 2, $NUMBER * 2, $NUMBER, 1, 'failed', 1, '2026-05-02T02:00:00Z', '2026-05-02T02:00:00Z', '2026-05-02T02:00:00Z',
     '2026-05-02T02:01:00Z', NULL, NULL, '[]', '[]', 'unreachable', 'No $WORD at $NET.2.', NULL, 60000),
    ($NUMBER * 2 + 1, $NUMBER * 2, $NUMBER, 0, 'queued', 0, '2026-05-03T11:00:00Z', '2026-05-03T11:00:00Z', NULL, NULL, NULL, NULL, '[]', '[]',
     NULL, NULL, NULL, NULL);

UPDATE devices SET last_run_id = $NUMBER * 3 - 2 WHERE id = $NUMBER * 2 - 1;
UPDATE devices SET last_run_id = $NUMBER * 3 - 1 WHERE id = $NUMBER * 2;

INSERT INTO users (name, full_name, role, all_sites, site_tags)
VALUES ('$WORD-user', 'Robin $WORD', 'technician', false, '{$WORD-tag}');
INSERT INTO user_sites (user_id, site_id) VALUES ($NUMBER, $NUMBER);

-- The key of the gateway is another one since yesterday.
INSERT INTO host_key_changes (device_id, algorithm, trusted_fingerprint, public_key, fingerprint, first_seen_at, last_seen_at)
VALUES ($NUMBER * 2 - 1, 'ssh-ed25519', 'SHA256:$WORD-fingerprint', '', 'SHA256:$WORD-other', '2026-05-02T02:00:00Z', '2026-05-03T02:00:00Z');

-- Two tests of whoever visits, for which such tests are kept a day by the database's own clock: one
-- that failed, and one that is to begin.
INSERT INTO connection_tests (user_id, device_id, site_id, name, address, port, platform, credential_id, legacy_ssh,
                              connect_timeout_secs, export_timeout_secs, state, finished_at,
                              failure_code, failure_message, version, policies)
VALUES
    ($VISITOR, $NUMBER * 2, $NUMBER, '$WORD-ap', '$NET.2', 22, 'routeros', $NUMBER, false, 10, 60, 'failed',
     now(), 'export_refused', 'No $WORD.', '7.16.2', '{ssh,read}'),
    ($VISITOR, NULL, $NUMBER, '$WORD-ap', '$NET.2', 22, 'routeros', $NUMBER, false, 10, 60, 'prepared',
     NULL, NULL, NULL, NULL, NULL);

INSERT INTO single_sign_on_groups (name, role, all_sites, site_tags)
VALUES ('$WORD-group', 'technician', false, '{$WORD-tag}');
INSERT INTO single_sign_on_group_sites (group_id, site_id) VALUES ($NUMBER, $NUMBER);

-- Who hears of what happens there, and a message that did not arrive.
INSERT INTO alert_destinations (name, kind, recipients) VALUES ('$WORD-ops', 'mail', '{$WORD@example.com}');
INSERT INTO alert_rules (name, destination_id, enabled, kinds, all_sites, tags, timezone)
VALUES ('$WORD-rule', $NUMBER, true, '{first_failure}', false, '{$WORD-tag}', 'UTC');
INSERT INTO alert_rule_sites (rule_id, site_id) VALUES ($NUMBER, $NUMBER);
INSERT INTO alert_events (kind, device_id, occurred_at, run_id, detail)
VALUES ('first_failure', $NUMBER * 2, '2026-05-02T02:01:00Z', $NUMBER * 3 - 1, 'No $WORD at $NET.2.');
INSERT INTO alert_messages (token, rule_id, destination_id, destination_name, kind, state, created_at, due_at, attempt,
                            finished_at, failure)
VALUES ('$WORD-token', $NUMBER, $NUMBER, '$WORD-ops', 'events', 'failed', '2026-05-02T02:01:00Z', '2026-05-02T02:01:00Z', 5,
        '2026-05-02T03:01:00Z', 'No $WORD-mail.');
INSERT INTO alert_message_events (message_id, event_id) VALUES ($NUMBER, $NUMBER);
