//! Everything that can happen to real (simulated) routers, told by mail and by webhook; and what is
//! secret in their configurations in none of it.

use chrono::{TimeDelta, Utc};
use routervault::demo::{Fault, RouterSpec};

use super::house::{ALL, GATHERING, House, ORIGIN, Rule};
use super::mail_server::MailServer;
use super::receiver::Receiver;
use crate::support::{Deadlines, World, vault};

/// A configuration with secrets where routers have them, and one that differs in them, too.
fn export(serial: &str, address: &str, secret: &str) -> Vec<u8> {
    format!(
        "# 2026-11-22 02:00:00 by RouterOS 7.18.2\r\n# software id = TEST-0001\r\n#\r\n\
         # model = RB760iGS\r\n# serial number = {serial}\r\n\
         /ip address\r\nadd address={address} interface=ether1\r\n\
         /ppp secret\r\nadd name=kim password={secret}\r\n\
         /system script\r\nadd name=s source=\":local password \\\"{secret}\\\"\"\r\n"
    )
    .into_bytes()
}

const SECRETS: [&str; 2] = ["ZqWold-ppp-secret", "ZqXnew-ppp-secret"];

/// The router, what hears of it, and how often it was told.
struct Stage {
    world: World,
    house: House,
    receiver: Receiver,
    server: MailServer,
}

impl Stage {
    async fn new() -> Self {
        let world = World::with(vec![RouterSpec::new("core-1", 1)], Deadlines::GENEROUS).await;
        let house = House::over(world.pool.clone(), vault());
        let (receiver, server) = (Receiver::start().await, MailServer::start(&[]));
        let webhook = house.webhook("webhook", &receiver).await;
        let mail = house.mail(&server, &["kim@example.com"]).await;
        for to in [webhook, mail] {
            house.rule(to, Rule::default()).await;
        }
        Self {
            world,
            house,
            receiver,
            server,
        }
    }

    /// Backs up, and gives the kinds that are told of it.
    async fn kinds(&self) -> Vec<String> {
        let before = self.receiver.requests().len();
        self.world.back_up().await;
        self.house.look_and_send(Utc::now()).await;
        self.told_since(before)
    }

    /// The kinds in the messages since the first `before` ones; as many mails came.
    fn told_since(&self, before: usize) -> Vec<String> {
        let requests = self.receiver.requests();
        assert_eq!(self.server.mails().len(), requests.len());
        let bodies = requests[before..].iter().map(|request| request.json());
        let kinds = bodies.flat_map(|body| {
            let events = body["events"].as_array().unwrap().clone();
            events
                .into_iter()
                .map(|event| event["kind"].as_str().unwrap().to_owned())
        });
        kinds.collect()
    }

    fn fault(&self, fault: Option<Fault>) {
        self.world.router("core-1").set_fault(fault).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_can_happen_to_a_router_arrives_by_mail_and_by_webhook_without_a_secret() {
    let stage = Stage::new().await;
    let router = stage.world.router("core-1");
    let serial = router.spec().serial.clone().unwrap();
    router.set_config(export(&serial, "192.0.2.1/24", SECRETS[0]));
    assert!(
        stage.kinds().await.is_empty(),
        "the first backup is no change"
    );
    let changed = export(&serial, "192.0.2.9/24", SECRETS[1]);
    router.set_config(changed.clone());
    assert_eq!(stage.kinds().await, ["configuration_changed"]);
    assert!(stage.kinds().await.is_empty());
    stage.fault(Some(Fault::Refuse));
    assert_eq!(stage.kinds().await, ["first_failure"]);
    assert!(stage.kinds().await.is_empty());
    stage.fault(None);
    assert_eq!(stage.kinds().await, ["recovered"]);
    router.set_config(export("ANOTHER0001", "192.0.2.9/24", SECRETS[1]));
    assert_eq!(stage.kinds().await, ["suspect"]);
    router.set_config(changed);
    stage.fault(Some(Fault::ChangedHostKey));
    let mut kinds = stage.kinds().await;
    kinds.sort();
    assert_eq!(kinds, ["first_failure", "host_key_changed"]);
    let (before, later) = (
        stage.receiver.requests().len(),
        Utc::now() + TimeDelta::days(3),
    );
    stage.house.worker().look_for_overdue(later).await.unwrap();
    stage.house.send(later + GATHERING).await;
    assert_eq!(stage.told_since(before), ["overdue"]);
    let told: Vec<String> = stage.told_since(0);
    assert!(ALL.iter().all(|kind| told.iter().any(|told| told == kind)));
    check_change(&stage).await;
}

/// The change is told with what changed and a link that leads to it, and nothing of its secrets.
async fn check_change(stage: &Stage) {
    let request = &stage.receiver.requests()[0];
    let event = &request.json()["events"][0];
    let summary = event["summary"].as_str().unwrap();
    assert!(summary.contains("ip address changed"), "{summary}");
    let difference = event["difference"]["text"].as_str().unwrap();
    assert!(
        difference.contains("+add address=192.0.2.9/24"),
        "{difference}"
    );
    let mail = &stage.server.mails()[0];
    for text in [&mail.plain, &mail.html] {
        assert!(text.contains("+add address=192.0.2.9/24"), "{text}");
    }
    let link = event["links"]["comparison"].as_str().unwrap();
    let path = link.strip_prefix(ORIGIN).unwrap();
    let state = crate::support::app_state(&stage.world.pool, &vault(), Utc::now);
    let pages = crate::support::signed_in(state).await;
    let request = axum::extract::Request::get(path)
        .header("host", "localhost")
        .body(axum::body::Body::empty());
    let response = tower::ServiceExt::oneshot(pages, request.unwrap())
        .await
        .unwrap();
    assert_eq!(response.status(), 200, "{path}");
    for secret in SECRETS {
        for request in stage.receiver.requests() {
            assert!(!String::from_utf8_lossy(&request.body).contains(secret));
        }
        for mail in stage.server.mails() {
            let all = [mail.plain, mail.html, mail.raw];
            assert!(!all.iter().any(|text| text.contains(secret)));
        }
    }
}
