//! Who asks: every role, with each right withheld that may be, and every reach.

use routervault::model::{Right, Role};

use crate::access::house::{Reach, Signed, Somebody};

/// What somebody can reach who is no administrator.
const REACHES: [Reach; 5] = [
    Reach::All,
    Reach::Site(1),
    Reach::Tag(1),
    Reach::Site(2),
    Reach::Nothing,
];

fn somebody(role: Role, withheld: &[Right], reach: Reach) -> Somebody {
    Somebody {
        signed: Signed::Wholly,
        role,
        withheld: withheld.to_vec(),
        reach,
    }
}

/// Who may do everything.
pub fn administrator() -> Somebody {
    somebody(Role::Administrator, &[], Reach::All)
}

/// Whoever may only look at some of the house.
pub fn narrow() -> Vec<Somebody> {
    let mut people = Vec::new();
    for reach in REACHES {
        people.push(somebody(Role::Viewer, &[], reach));
        people.push(somebody(Role::Technician, &[], reach));
        for right in Right::WITHHOLDABLE {
            people.push(somebody(Role::Technician, &[right], reach));
        }
    }
    people
}

/// Everybody.
pub fn everybody() -> Vec<Somebody> {
    let strangers = [Signed::Not, Signed::Half].map(|signed| Somebody {
        signed,
        ..administrator()
    });
    let mut people = Vec::from(strangers);
    people.extend(narrow());
    people.push(administrator());
    people
}
