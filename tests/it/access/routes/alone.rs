//! What one customer's people are shown does not depend on whether there is another customer at
//! all: every number, every order, every list.

use crate::access::house::{CUSTOMERS, House, Reach, Visitor};

use super::case::{About, Names};
use super::rule::{Expected, expected};
use super::{cases, people};

#[tokio::test]
async fn every_page_is_the_same_as_in_a_house_without_the_other_customer() {
    let (two, one) = (House::of_two().await, House::of_one().await);
    let names = Names::of(&two);
    let of_first = |reach| matches!(reach, Reach::Site(1) | Reach::Tag(1) | Reach::Nothing);
    for who in people::narrow() {
        if !of_first(who.reach) {
            continue;
        }
        let beside = Visitor::new(&two, who.clone()).await;
        let alone = Visitor::new(&one, who.clone()).await;
        for case in cases().filter(|case| case.method == "GET") {
            for customer in &CUSTOMERS {
                let is_served = expected(&who, case, customer) == Expected::Served;
                if !is_served || (case.about != About::Nothing && customer.number != 1) {
                    continue;
                }
                let address = names.fill(case.address, customer);
                let (beside, alone) = (beside.get(&address).await, alone.get(&address).await);
                assert_eq!(beside.lasting(), alone.lasting(), "{address} for {who:?}");
            }
        }
        beside.pool.close().await;
        alone.pool.close().await;
    }
}
