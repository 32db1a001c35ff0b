//! From the groups of somebody to what they may do here. Pure.

use crate::db::single_sign_on::Grants;
use crate::db::single_sign_on::groups::Group;
use crate::model::Role;

/// What somebody in `groups` may do by `rules`; `None` when no rule is for any of them.
///
/// The strongest role counts, with the sites of the rules that give this role, together; what any
/// of those withholds is withheld. So nobody may do at a site what no group lets them do there.
#[must_use]
pub fn grants(rules: &[Group], groups: &[String]) -> Option<Grants> {
    let own = || rules.iter().filter(|rule| groups.contains(&rule.name));
    let role = own().map(|rule| rule.grants.role).max_by_key(strength)?;
    let mut united = Grants {
        role,
        ..Grants::NOTHING
    };
    for rule in own().filter(|rule| rule.grants.role == role) {
        united.all_sites |= rule.grants.all_sites;
        add(&mut united.withheld, &rule.grants.withheld);
        add(&mut united.site_tags, &rule.grants.site_tags);
        add(&mut united.sites, &rule.grants.sites);
    }
    if united.all_sites {
        united.site_tags.clear();
        united.sites.clear();
    }
    Some(united)
}

/// The place of a role among all, the least first.
fn strength(role: &Role) -> Option<usize> {
    Role::ALL.iter().position(|known| known == role)
}

fn add<T: Clone + PartialEq>(all: &mut Vec<T>, some: &[T]) {
    for one in some {
        if !all.contains(one) {
            all.push(one.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Right, SiteId};

    fn rule(name: &str, role: Role) -> Group {
        Group {
            name: name.to_owned(),
            grants: Grants {
                role,
                all_sites: role == Role::Administrator,
                ..Grants::NOTHING
            },
        }
    }

    fn at(name: &str, role: Role, sites: &[i64], tags: &[&str]) -> Group {
        let mut rule = rule(name, role);
        rule.grants.sites = sites.iter().copied().map(SiteId).collect();
        rule.grants.site_tags = tags.iter().map(|&tag| tag.to_owned()).collect();
        rule
    }

    fn of(rules: &[Group], groups: &[&str]) -> Option<Grants> {
        let groups: Vec<String> = groups.iter().map(|&group| group.to_owned()).collect();
        grants(rules, &groups)
    }

    #[test]
    fn who_is_in_no_group_of_ours_may_do_nothing() {
        let rules = [rule("admins", Role::Administrator)];
        assert_eq!(of(&rules, &[]), None);
        assert_eq!(of(&rules, &["Admins", "admins ", "others"]), None);
        assert_eq!(of(&[], &["admins"]), None);
    }

    #[test]
    fn an_administrator_is_one_whatever_else_they_are() {
        let rules = [
            at("north", Role::Technician, &[1], &["x"]),
            rule("admins", Role::Administrator),
            rule("all", Role::Viewer),
        ];
        let granted = of(&rules, &["all", "north", "admins"]).unwrap();
        assert_eq!(granted.role, Role::Administrator);
        assert!(granted.all_sites && granted.withheld.is_empty());
        assert!(granted.sites.is_empty() && granted.site_tags.is_empty());
    }

    #[test]
    fn the_sites_of_several_technicians_groups_are_united() {
        let rules = [
            at("north", Role::Technician, &[1, 2], &["x"]),
            at("south", Role::Technician, &[2, 3], &["y", "x"]),
        ];
        let granted = of(&rules, &["south", "north"]).unwrap();
        assert_eq!(granted.sites, [SiteId(1), SiteId(2), SiteId(3)]);
        assert_eq!(granted.site_tags, ["x", "y"]);
        assert!(!granted.all_sites);
    }

    #[test]
    fn the_sites_of_a_lesser_role_do_not_become_those_of_the_stronger() {
        let mut everything = rule("readers", Role::Viewer);
        everything.grants.all_sites = true;
        let rules = [everything, at("north", Role::Technician, &[1], &[])];
        let granted = of(&rules, &["readers", "north"]).unwrap();
        assert_eq!(granted.role, Role::Technician);
        assert!(!granted.all_sites);
        assert_eq!(granted.sites, [SiteId(1)]);
    }

    #[test]
    fn what_one_of_the_groups_withholds_is_withheld() {
        let mut narrow = at("north", Role::Technician, &[1], &[]);
        narrow.grants.withheld = vec![Right::Reveal];
        let rules = [narrow, at("south", Role::Technician, &[2], &[])];
        let granted = of(&rules, &["north", "south"]).unwrap();
        assert_eq!(granted.withheld, [Right::Reveal]);
        assert!(of(&rules, &["south"]).unwrap().withheld.is_empty());
    }
}
