//! The work: whether what works by itself is alive, and what waits.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use crate::db::heartbeats::{self, SignsOfLife};
use crate::db::{checkup, metrics};
use crate::plural::counted;
use crate::working::{Alerts, is_alive};

use super::Finding;

/// How long a run may wait while none is at work, and how long for a collector that is alive: its
/// site may be at its cap.
const MOST_IDLE: TimeDelta = TimeDelta::minutes(2);
const MOST_WAITING: TimeDelta = TimeDelta::minutes(30);

/// How old a verified backup may be.
const COVERAGE_WINDOW: TimeDelta = TimeDelta::hours(24);

/// What always works by itself: as the database has it, and as a sentence calls it.
const PARTS: [(&str, &str); 4] = [
    ("scheduler", "scheduler"),
    ("collector", "collector"),
    ("indexer", "indexer"),
    ("retention", "worker of retention"),
];

/// What need not work while nobody waits for it.
const ALERTS: (&str, &str) = ("alerts", "worker of alerts");

/// Looks at scheduler, indexer, retention, alerts, collectors and the device that is overdue
/// longest.
pub async fn examine(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
) -> Result<Vec<Finding>, sqlx::Error> {
    let seen = metrics::list_seen(conn).await?;
    let mut findings: Vec<Finding> = PARTS
        .into_iter()
        .map(|(service, called)| {
            let mut seen = seen.iter();
            let part = seen.find(|part| part.service == service);
            alive((service, called), part.map(|part| part.seen_at), now)
        })
        .collect();
    findings.push(alerts(&heartbeats::get_signs_of_life(conn).await?, now));
    let waiting = checkup::waiting_since(conn, now).await?;
    let counts = metrics::counts(conn, now - COVERAGE_WINDOW).await?;
    findings.push(collectors(waiting, counts.running, now));
    let overdue = checkup::longest_overdue(conn, now - COVERAGE_WINDOW).await?;
    findings.push(covered(&counts, overdue.as_ref()));
    Ok(findings)
}

fn alive(
    (service, called): (&'static str, &str),
    seen_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Finding {
    let Some(seen_at) = seen_at else {
        return Finding::problem(
            service,
            format!("No {called} was ever seen: start `routervault serve`."),
        );
    };
    if !is_alive(Some(seen_at), now) {
        let since = seen_at.format("%Y-%m-%d %H:%M UTC");
        let message = format!(
            "The {called} was last seen at {since}: start `routervault serve`, or look at its log."
        );
        return Finding::problem(service, message);
    }
    Finding::ok(service, format!("The {called} was seen just now."))
}

fn alerts(signs: &SignsOfLife, now: DateTime<Utc>) -> Finding {
    if Alerts::at(signs, now) == Alerts::NotNeeded {
        let unneeded = "No rule of alerts is switched on and no message waits: nobody misses them.";
        return Finding::ok(ALERTS.0, unneeded);
    }
    alive(ALERTS, signs.alerts_seen_at, now)
}

fn collectors(waiting: Option<DateTime<Utc>>, running: i64, now: DateTime<Utc>) -> Finding {
    const NAME: &str = "queue";
    let at_work = counted(running, "run");
    match waiting {
        Some(since) if now - since > MOST_WAITING || (running == 0 && now - since > MOST_IDLE) => {
            let since = since.format("%Y-%m-%d %H:%M UTC");
            Finding::problem(
                NAME,
                format!(
                    "A run waits since {since} and {at_work} go on: start `routervault serve` or \
                     `collect`, or give them a higher --concurrency."
                ),
            )
        }
        _ => Finding::ok(NAME, format!("No run waits long; {at_work} at work.")),
    }
}

fn covered(counts: &metrics::Counts, overdue: Option<&checkup::Overdue>) -> Finding {
    const NAME: &str = "coverage";
    let devices = counted(counts.devices, "device");
    let Some(longest) = overdue else {
        let said = format!("Each of {devices} has a verified backup of the last 24 hours.");
        return Finding::ok(NAME, said);
    };
    let since = match longest.last_verified_at {
        Some(at) => format!("since {}", at.format("%Y-%m-%d %H:%M UTC")),
        None => "and never had one".to_owned(),
    };
    let missing = counts.devices - counts.covered;
    Finding::problem(
        NAME,
        format!(
            "{missing} of {devices} have no verified backup of the last 24 hours, longest {}/{}, \
             {since}: its page says why.",
            longest.site, longest.device
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_alive_when_it_was_seen_lately() {
        let now = Utc::now();
        assert!(alive(PARTS[0], Some(now - TimeDelta::minutes(1)), now).is_ok);
        assert!(!alive(PARTS[0], Some(now - TimeDelta::minutes(3)), now).is_ok);
        assert!(!alive(PARTS[0], None, now).is_ok);
    }

    #[test]
    fn alerts_need_not_be_alive_while_nobody_waits_for_them() {
        let now = Utc::now();
        let of = |minutes: Option<i64>, is_alerting| {
            let signs = SignsOfLife {
                alerts_seen_at: minutes.map(|minutes| now - TimeDelta::minutes(minutes)),
                is_alerting,
                ..SignsOfLife::default()
            };
            alerts(&signs, now)
        };
        assert!(of(Some(1), true).is_ok);
        assert!(of(Some(3), false).is_ok && of(None, false).is_ok);
        for (minutes, words) in [(Some(3), "was last seen at"), (None, "was ever seen")] {
            let finding = of(minutes, true);
            assert!(!finding.is_ok && finding.message.contains(words));
            assert!(finding.message.contains("worker of alerts"));
        }
    }

    #[test]
    fn who_waits_is_a_problem_when_nobody_works_and_later_in_any_case() {
        let now = Utc::now();
        let since = |minutes| Some(now - TimeDelta::minutes(minutes));
        assert!(collectors(None, 0, now).is_ok);
        assert!(collectors(since(1), 0, now).is_ok);
        assert!(!collectors(since(3), 0, now).is_ok);
        assert!(collectors(since(3), 5, now).is_ok);
        assert!(!collectors(since(31), 5, now).is_ok);
    }
}
