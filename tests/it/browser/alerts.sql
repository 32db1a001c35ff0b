-- Alerts as they are worst to lay out: names in one word, and a failure with long words in it.
INSERT INTO mail_server (host, port, security, username, sender)
VALUES ('mail.a-host-of-a-very-long-name-in-one-word-as-clouds-make-them-of-things-put-together.example.com', 587, 'starttls',
        'somebody-with-a-long-name@example.com', 'somebody-with-a-long-name@example.com');
INSERT INTO alert_destinations (name, kind, url_sealed, url_host, secret_sealed)
VALUES (left('Quiet-nights-$LONG', 60), 'webhook', '\x00', 'hooks.a-host-of-a-very-long-name-in-one-word-as-clouds-make-them.example.com:8443', '\x00');
INSERT INTO alert_rules (name, destination_id, enabled, kinds, all_sites, tags, digest_at, timezone)
VALUES (left('Quiet-nights-$LONG', 60), 1, false,
        '{first_failure,recovered,overdue,suspect,host_key_changed,configuration_changed}', false, '{$LONG}', '07:00',
        'America/Argentina/ComodRivadavia');
INSERT INTO alert_rule_sites (rule_id, site_id) SELECT 1, id FROM sites;
INSERT INTO alert_events (kind, device_id, occurred_at, detail)
SELECT 'configuration_changed', id, now(), 'Not before the gateway answers `$LONG`.' FROM devices;
INSERT INTO alert_messages (token, rule_id, destination_id, destination_name, kind, state, created_at, due_at, attempt,
                            finished_at, failure)
VALUES ('x', 1, 1, '$LONG', 'digest', 'failed', now(), now(), 5, now(), 'Not before the gateway answers `$LONG`.'),
       ('y', 1, 1, '$LONG', 'events', 'waiting', now(), now() + interval '7 minutes', 2, NULL, 'Not yet.'),
       ('z', 1, NULL, '$LONG', 'test', 'sent', now(), now(), 1, now(), NULL);
INSERT INTO alert_message_events (message_id, event_id) SELECT 1, id FROM alert_events;
