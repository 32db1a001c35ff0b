//! Every route with every role and every reach: who is let in, who is refused, and what each is
//! told. A route without an example in the table makes the first test fail.

mod account;
mod alerts;
mod alone;
mod api;
mod api_alerts;
mod api_managing;
mod api_users;
mod case;
mod managing;
mod people;
mod rule;
mod table;
mod users;
mod walk;

pub use case::{Case, Names};
pub use people::administrator;
pub use table::cases;

use routervault::web::ROUTES;

use super::house::{CUSTOMERS, House, Somebody, rows};
use walk::{Part, Walk};

#[test]
fn every_route_has_an_example_and_every_example_is_of_a_route() {
    let in_table =
        |method: &str, path: &str| cases().any(|case| case.method == method && case.path == path);
    for route in ROUTES {
        let (method, path) = (route.method, route.path);
        assert!(in_table(method, path), "{method} {path} has no example");
    }
    for case in cases() {
        let mut routes = ROUTES.iter();
        let is_there = routes.any(|route| route.method == case.method && route.path == case.path);
        assert!(is_there, "{} {} is no route", case.method, case.path);
    }
}

/// Walks through all routes: first what changes nothing, then what does. Gives what is wrong.
async fn walk(house: &House, names: &Names, who: Somebody) -> Vec<String> {
    let mut walk = Walk::new(house, names, who.clone()).await;
    let pool = walk.visitor.pool.clone();
    let before = rows::all(&pool).await;
    walk.visit_all(Part::Harmless).await;
    walk.ask_wrongly().await;
    walk.compare("all", &before, &rows::all(&pool).await);
    let mut kept = Vec::new();
    for customer in CUSTOMERS.iter().filter(|customer| !who.reaches(customer)) {
        kept.push((customer, rows::of(&pool, customer).await));
    }
    walk.visit_all(Part::Forms).await;
    for (customer, before) in kept {
        walk.compare(customer.word, &before, &rows::of(&pool, customer).await);
    }
    pool.close().await;
    walk.problems
}

#[tokio::test]
async fn every_route_answers_every_role_and_every_reach_by_the_rule() {
    let house = House::of_two().await;
    let names = Names::of(&house);
    let mut problems = Vec::new();
    for who in people::everybody() {
        problems.extend(walk(&house, &names, who).await);
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
