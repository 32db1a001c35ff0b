//! Devices that had no verified backup for too long, and what is not told: a restored history.

use chrono::{DateTime, TimeDelta, Utc};

use super::house::{GATHERING, House, Rule, noon};
use super::receiver::Receiver;

fn hours(hours: i64) -> DateTime<Utc> {
    noon() + TimeDelta::hours(hours)
}

impl House {
    async fn overdue(&self, now: DateTime<Utc>) -> usize {
        self.worker().look_for_overdue(now).await.unwrap();
        self.send(now + GATHERING).await
    }
}

#[tokio::test]
async fn a_device_is_told_overdue_once_and_again_after_it_was_verified() {
    let (house, receiver) = (House::new().await, Receiver::start().await);
    let to = house.webhook("webhook", &receiver).await;
    house
        .rule(
            to,
            Rule {
                sites: &["beta"],
                ..Rule::default()
            },
        )
        .await;
    house
        .run(
            "UPDATE devices SET enabled = false WHERE name = 'b2';
             UPDATE devices SET last_verified_at = NULL WHERE name = 'b3'",
        )
        .await;
    // Two days are allowed, and b3 was made weeks ago.
    assert_eq!(house.overdue(hours(47)).await, 1);
    assert_eq!(house.overdue(hours(47)).await, 0);
    assert_eq!(house.overdue(hours(49)).await, 1);
    assert_eq!(house.overdue(hours(50)).await, 0);
    let bodies: Vec<_> = receiver
        .requests()
        .iter()
        .map(|request| request.json())
        .collect();
    let event = |body: usize| bodies[body]["events"][0].clone();
    assert_eq!(event(0)["device"], "b3");
    assert_eq!(event(0)["detail"], "It never had a verified backup.");
    assert_eq!(event(1)["device"], "b1");
    let detail = "The last verified backup is of 2026-11-22 12:00 UTC.";
    assert_eq!(event(1)["detail"], detail);
    house
        .run("UPDATE devices SET last_verified_at = '2026-11-24T14:00:00Z' WHERE name = 'b1'")
        .await;
    assert_eq!(house.overdue(hours(51)).await, 0);
    assert_eq!(house.count("SELECT count(*) FROM alert_overdue").await, 1);
    assert_eq!(house.overdue(hours(51 + 48)).await, 1);
}

#[tokio::test]
async fn each_rule_has_its_own_limit() {
    let (house, receiver) = (House::new().await, Receiver::start().await);
    let to = house.webhook("webhook", &receiver).await;
    let kinds = &["overdue"];
    house
        .rule(
            to,
            Rule {
                kinds,
                ..Rule::default()
            },
        )
        .await;
    house.run("UPDATE alert_rules SET overdue_hours = 6").await;
    house
        .rule(
            to,
            Rule {
                kinds,
                tags: &["core"],
                ..Rule::default()
            },
        )
        .await;
    assert_eq!(house.overdue(hours(7)).await, 1);
    assert_eq!(house.overdue(hours(49)).await, 1);
    let count = |request: usize| {
        receiver.requests()[request].json()["events"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((count(0), count(1)), (6, 2));
}

#[tokio::test]
async fn a_history_that_is_restored_alerts_nobody() {
    let first = crate::archives::house::House::with(1, 2, 3).await;
    let second = crate::archives::house::House::empty().await;
    let receiver = Receiver::start().await;
    let house = House::over(second.pool.clone(), second.vault.clone());
    let to = house.webhook("webhook", &receiver).await;
    let kinds = &[
        "first_failure",
        "recovered",
        "suspect",
        "host_key_changed",
        "configuration_changed",
    ];
    house
        .rule(
            to,
            Rule {
                kinds,
                ..Rule::default()
            },
        )
        .await;
    let everything = crate::archives::house::everything();
    let (path, _) = first.archive(&everything).await;
    crate::archives::restored::restore(&second, &std::fs::read(path).unwrap(), None)
        .await
        .unwrap();
    assert_eq!(house.count("SELECT count(*) FROM snapshots").await, 6);
    assert_eq!(house.look_and_send(Utc::now()).await, 0);
    assert_eq!(house.count("SELECT count(*) FROM alert_events").await, 0);
}
