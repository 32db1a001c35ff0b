//! What somebody is to be answered, by one small rule that knows nothing of the code behind.

use super::case::{About, Case};
use crate::access::house::{Answer, CUSTOMERS, Customer, Reach, SECRET, Signed, Somebody};
use routervault::model::Right;

/// The answer that is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// To sign in first.
    SignIn,
    /// That they may not.
    Forbidden,
    /// The same as of what does not exist.
    Missing,
    /// What they asked for.
    Served,
}

/// What `who` is to be answered there.
pub fn expected(who: &Somebody, case: &Case, customer: &Customer) -> Expected {
    let Some(right) = case.right else {
        return Expected::Served;
    };
    if case.about == About::All {
        return match who.signed {
            Signed::Wholly if who.reach != Reach::All => Expected::Forbidden,
            _ => Expected::Served,
        };
    }
    if who.signed != Signed::Wholly {
        Expected::SignIn
    } else if !who.may(right) {
        Expected::Forbidden
    } else if !is_there(who, case.about, customer) {
        Expected::Missing
    } else if case.beside.is_some_and(|right| !who.may(right)) {
        Expected::Forbidden
    } else {
        Expected::Served
    }
}

fn is_there(who: &Somebody, about: About, customer: &Customer) -> bool {
    let mut all = CUSTOMERS.iter();
    match about {
        About::Nothing | About::All => true,
        About::One => who.reaches(customer),
        About::Both => all.all(|one| who.reaches(one)),
        About::Either => all.any(|one| who.reaches(one)),
    }
}

/// What is wrong with the status of an answer; `None`: nothing.
pub fn wrong_status(case: &Case, expected: Expected, answer: &Answer) -> Option<String> {
    let status = answer.status.as_u16();
    let is_right = match expected {
        Expected::SignIn if case.method == "GET" && !case.path.starts_with("/api/") => {
            status == 303 && answer.header("location").starts_with("/sign-in?next=")
        }
        Expected::SignIn => status == 401,
        Expected::Forbidden => status == 403,
        Expected::Missing => status == 404,
        Expected::Served if case.statuses.is_empty() => status < 400,
        Expected::Served => case.statuses.contains(&status),
    };
    let leads_to = answer.headers.get("location");
    (!is_right).then(|| format!("answered {status} (to {leads_to:?}), not {expected:?}"))
}

/// What an answer tells that `who` may not know: a word of a customer whom they do not reach, or
/// a secret. The way to the sign-in names what was asked for, and nothing else.
pub async fn leak(who: &Somebody, answer: &Answer, is_led_back: bool) -> Option<String> {
    let told = if is_led_back {
        answer.text().to_lowercase()
    } else {
        answer.told().await
    };
    let mut words = who.foreign_words();
    if who.signed != Signed::Wholly || !who.may(Right::Reveal) {
        words.push(SECRET.to_owned());
    }
    let mut words = words.into_iter();
    let word = words.find(|word| told.contains(&word.to_lowercase()))?;
    Some(format!("tells {word}"))
}
