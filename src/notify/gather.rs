//! Puts what happened into the open messages of rules, and keeps a digest open for each rule that
//! has one, so that it comes on a day on which nothing happened, too.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::timing::Timing;
use crate::db::alerts::gather::{self as db, MAX_EVENTS, NewEvent, OpenMessage};
use crate::db::alerts::watch::Rule;
use crate::model::{AlertEventId, AlertMessageId, AlertRuleId, MessageKind};

/// The rules and their open messages, for one transaction.
pub struct Gatherer<'r> {
    rules: &'r [Rule],
    gathering: TimeDelta,
    now: DateTime<Utc>,
    open: HashMap<AlertRuleId, Open>,
}

#[derive(Clone, Copy)]
struct Open {
    message: AlertMessageId,
    room: usize,
}

impl From<&OpenMessage> for Open {
    fn from(message: &OpenMessage) -> Self {
        let events = usize::try_from(message.events).unwrap_or(ROOM);
        Self {
            message: message.id,
            room: ROOM.saturating_sub(events),
        }
    }
}

/// How much room an empty message has.
const ROOM: usize = MAX_EVENTS.unsigned_abs() as usize;

impl<'r> Gatherer<'r> {
    /// Brings the open messages to what the rules say now. The caller's transaction is the only one
    /// that gathers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin(
        conn: &mut PgConnection,
        rules: &'r [Rule],
        gathering: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<Self, sqlx::Error> {
        db::close_due(conn, now).await?;
        let mut open = HashMap::new();
        for message in db::list_open(conn).await? {
            let rule = rules.iter().find(|rule| Some(rule.id) == message.rule);
            match rule {
                Some(rule) if fits(rule, &message) => {
                    bring_up_to_date(conn, rule, &message, now).await?;
                    open.insert(rule.id, Open::from(&message));
                }
                _ => db::end(conn, &message, now).await?,
            }
        }
        let mut gatherer = Self {
            rules,
            gathering,
            now,
            open,
        };
        for rule in rules.iter().filter(|rule| rule.digest_at.is_some()) {
            gatherer.open(conn, rule).await?;
        }
        Ok(gatherer)
    }

    /// Keeps the events that some rule wants, and puts each into the message of every such rule.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn gather(
        &mut self,
        conn: &mut PgConnection,
        events: &[NewEvent],
        wanted: impl Fn(&Rule, &NewEvent) -> bool,
    ) -> Result<(), sqlx::Error> {
        let mut of_rules: Vec<Vec<AlertEventId>> = vec![Vec::new(); self.rules.len()];
        for event in events {
            let mut kept = None;
            for (rule, told) in self.rules.iter().zip(&mut of_rules) {
                if !wanted(rule, event) {
                    continue;
                }
                let id = match kept {
                    Some(id) => id,
                    None => db::insert_event(conn, event).await?,
                };
                kept = Some(id);
                told.push(id);
            }
        }
        let rules = self.rules;
        for (rule, told) in rules.iter().zip(of_rules) {
            self.tell(conn, rule, &told).await?;
        }
        Ok(())
    }

    async fn tell(
        &mut self,
        conn: &mut PgConnection,
        rule: &Rule,
        mut events: &[AlertEventId],
    ) -> Result<(), sqlx::Error> {
        while !events.is_empty() {
            let mut open = self.open(conn, rule).await?;
            let (now_told, later) = events.split_at(open.room.min(events.len()));
            open.room -= now_told.len();
            db::add(conn, open.message, now_told, open.room == 0).await?;
            match open.room {
                0 => self.open.remove(&rule.id),
                _ => self.open.insert(rule.id, open),
            };
            events = later;
        }
        Ok(())
    }

    /// The open message of a rule.
    async fn open(&mut self, conn: &mut PgConnection, rule: &Rule) -> Result<Open, sqlx::Error> {
        if let Some(open) = self.open.get(&rule.id) {
            return Ok(*open);
        }
        let due = timing(rule).due(self.now, self.gathering);
        let kind = kind(rule.digest_at.is_some());
        let message = db::open(conn, rule, kind, due, self.now).await?;
        let open = Open {
            message,
            room: ROOM,
        };
        self.open.insert(rule.id, open);
        Ok(open)
    }
}

/// Whether an open message can stay one of its rule: a digest can not, when the rule has none any
/// more.
fn fits(rule: &Rule, message: &OpenMessage) -> bool {
    message.kind != MessageKind::Digest || rule.digest_at.is_some()
}

/// Makes an open message what its rule says now.
async fn bring_up_to_date(
    conn: &mut PgConnection,
    rule: &Rule,
    message: &OpenMessage,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let digest = timing(rule).next_digest(now);
    let kind = kind(digest.is_some());
    let due = digest.unwrap_or(message.due_at);
    let is_same = message.destination == Some(rule.destination);
    if !is_same || message.kind != kind || message.due_at != due {
        db::replan(conn, message.id, rule, kind, due).await?;
    }
    Ok(())
}

const fn kind(is_digest: bool) -> MessageKind {
    if is_digest {
        MessageKind::Digest
    } else {
        MessageKind::Events
    }
}

fn timing(rule: &Rule) -> Timing {
    let quiet = rule.quiet_from.zip(rule.quiet_until);
    Timing::new(rule.digest_at, quiet, &rule.timezone)
}
