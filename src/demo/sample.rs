//! The fleet that the demo shows: a few invented customers, several models and versions, and a
//! few routers that are ill, each in another way.

use std::time::Duration;

use super::dice::Dice;
use super::fault::Fault;
use super::fleet::Fleet;
use super::inventory::DemoSite;
use super::model::Model;
use super::spec::{Algorithms, RouterSpec};
use super::version::Version;

/// Slug, name and time zone of the first sites; further ones are numbered.
const SITES: [(&str, &str, &str); 6] = [
    (
        "harbour-clinic",
        "Harbour Clinic, main building",
        "Europe/London",
    ),
    (
        "north-mill",
        "North Mill Bakery, Dale Road",
        "Europe/Vienna",
    ),
    ("lakeside-school", "Lakeside School", "America/New_York"),
    ("old-depot", "Old Depot Workshops", "Europe/Berlin"),
    ("hilltop-library", "Hilltop Library", "Australia/Sydney"),
    ("west-orchard", "West Orchard Farm Shop", "America/Chicago"),
];

/// What the devices of a site are called, in turn.
const ROLES: [&str; 8] = [
    "gw",
    "core",
    "sw-floor1",
    "sw-floor2",
    "wifi-hall",
    "branch-vpn",
    "lab",
    "spare",
];

/// Hardware and version, in turn.
const KINDS: [(Model, (u32, u32, u32)); 7] = [
    (Model::RB5009, (7, 18, 2)),
    (Model::HEX_S, (6, 49, 18)),
    (Model::CCR2004, (7, 16, 2)),
    (Model::CHR, (7, 19, 4)),
    (Model::HAP_AC2, (7, 12, 2)),
    (Model::HEX, (6, 49, 13)),
    (Model::RB4011, (7, 9, 2)),
];

/// How large their exports are, in turn.
const SIZES: [usize; 5] = [6_000, 20_000, 9_000, 48_000, 14_000];

/// Which devices are ill, counted from 0 over the whole fleet.
const ILL: [(usize, Fault); 7] = [
    (3, Fault::StatusNoise),
    (5, Fault::Refuse),
    (10, Fault::CutClean),
    (13, Fault::PermissionRefused),
    (16, Fault::WrongPassword),
    (19, Fault::MenuTimeouts),
    (22, Fault::LegacyOnly),
];

/// `devices` routers, spread over `sites` sites, the same ones for the same seed.
#[must_use]
pub fn sample_fleet(sites: usize, devices: usize, seed: u64) -> Vec<(DemoSite, RouterSpec)> {
    (0..devices)
        .map(|index| {
            let site = index % sites.max(1);
            (sample_site(site), sample_router(index, site, sites, seed))
        })
        .collect()
}

fn sample_site(index: usize) -> DemoSite {
    let (slug, name, timezone) = SITES[index % SITES.len()];
    let round = index / SITES.len();
    let (slug, name) = if round == 0 {
        (slug.to_owned(), name.to_owned())
    } else {
        (
            format!("{slug}-{}", round + 1),
            format!("{name} ({})", round + 1),
        )
    };
    DemoSite {
        slug,
        name,
        timezone: timezone.to_owned(),
    }
}

fn sample_router(index: usize, site: usize, sites: usize, seed: u64) -> RouterSpec {
    let place = index / sites.max(1);
    let round = place / ROLES.len();
    let role = ROLES[place % ROLES.len()];
    let number = if round == 0 {
        String::new()
    } else {
        format!("-{}", round + 1)
    };
    let (model, (major, minor, patch)) = KINDS[(index + site) % KINDS.len()];
    let mut dice = Dice::new(seed, &format!("sample {index}"));
    let mut spec = RouterSpec::new(format!("{role}{number}"), dice.next())
        .on(model)
        .running(Version {
            major,
            minor,
            patch: Some(patch),
        });
    spec.size_bytes = SIZES[index % SIZES.len()];
    spec.round_trip = Duration::from_millis(5 + dice.below(40) as u64);
    spec.fault = ILL
        .iter()
        .find(|(ill, _)| *ill == index)
        .map(|(_, fault)| *fault);
    if spec.fault == Some(Fault::LegacyOnly) {
        // An old router is no illness: the inventory says that it is one.
        spec.fault = None;
        spec.algorithms = Algorithms::LegacyOnly;
    }
    spec
}

/// Changes one router of the fleet at every `interval`, for ever: which one, and how, follows
/// from the seed.
pub async fn live(fleet: &Fleet, interval: Duration, seed: u64) {
    let mut dice = Dice::new(seed, "live");
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // The first tick comes at once; what is there is to be seen first.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        let routers = fleet.routers();
        if let Some(router) = routers.get(dice.below(routers.len())) {
            router.change();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_sample_has_its_sites_its_versions_and_its_ill_devices() {
        let fleet = sample_fleet(3, 24, 1);
        let slugs: HashSet<_> = fleet.iter().map(|(site, _)| site.slug.clone()).collect();
        assert_eq!((slugs.len(), fleet.len()), (3, 24));
        let majors: HashSet<_> = fleet.iter().map(|(_, spec)| spec.version.major).collect();
        assert_eq!(majors, HashSet::from([6, 7]));
        let ill = fleet
            .iter()
            .filter(|(_, spec)| spec.fault.is_some())
            .count();
        assert_eq!(ill, 6);
    }

    #[test]
    fn no_two_devices_of_a_site_have_one_name() {
        let fleet = sample_fleet(7, 200, 1);
        let names: HashSet<_> = fleet
            .iter()
            .map(|(site, spec)| (site.slug.clone(), spec.identity.clone()))
            .collect();
        assert_eq!(names.len(), 200);
    }

    #[test]
    fn the_same_seed_gives_the_same_fleet() {
        let serials = |seed| -> Vec<_> {
            let fleet = sample_fleet(3, 24, seed);
            fleet.into_iter().map(|(_, spec)| spec.serial).collect()
        };
        assert_eq!(serials(1), serials(1));
        assert_ne!(serials(1), serials(2));
    }

    #[tokio::test]
    async fn a_live_fleet_goes_on_changing() {
        let specs = sample_fleet(1, 3, 1).into_iter().map(|(_, spec)| spec);
        let fleet = Fleet::start(specs.collect()).await.unwrap();
        let changes = || -> u64 { fleet.routers().iter().map(|router| router.revision()).sum() };
        let seen = async {
            while changes() < 5 {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = live(&fleet, Duration::from_millis(1), 1) => unreachable!("it never ends"),
            () = seen => assert!(changes() >= 5),
        }
    }
}
