//! Which rule is for a device.

use std::collections::BTreeMap;

use crate::db::retention::{PlacedDevice, StoredRule};
use crate::model::{Retention, RetentionTarget, SiteId};

/// Where a device stands, as far as rules look at it.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub site: SiteId,
    pub device_tags: &'a [String],
    pub site_tags: &'a [String],
}

impl<'a> Place<'a> {
    /// Where this device stands.
    #[must_use]
    pub fn of(device: &'a PlacedDevice) -> Self {
        Self {
            site: device.site,
            device_tags: &device.tags,
            site_tags: &device.site_tags,
        }
    }
}

/// All rules, one each target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules(BTreeMap<RetentionTarget, Retention>);

impl Rules {
    /// Whether there is none: then everything is kept for ever.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These rules with another one for this target; `None`: with none for it.
    #[must_use]
    pub fn with(mut self, target: RetentionTarget, rule: Option<Retention>) -> Self {
        match rule {
            Some(rule) => self.0.insert(target, rule),
            None => self.0.remove(&target),
        };
        self
    }

    /// The nearest rule with what it is for: that of the site, of a tag of the device, of a tag of
    /// the site, of everything. Of several tags the first by name counts, so that it is always the
    /// same one. `None`: there is none, and everything is kept for ever.
    #[must_use]
    pub fn nearest(&self, place: &Place<'_>) -> Option<(&RetentionTarget, &Retention)> {
        self.0
            .get_key_value(&RetentionTarget::Site(place.site))
            .or_else(|| self.of_tags(place.device_tags))
            .or_else(|| self.of_tags(place.site_tags))
            .or_else(|| self.0.get_key_value(&RetentionTarget::All))
    }

    fn of_tags(&self, tags: &[String]) -> Option<(&RetentionTarget, &Retention)> {
        let mut tags: Vec<&String> = tags.iter().collect();
        tags.sort_unstable();
        let mut rules = tags.into_iter().filter_map(|tag| {
            let target = RetentionTarget::Tag(tag.clone());
            self.0.get_key_value(&target)
        });
        rules.next()
    }
}

impl FromIterator<(RetentionTarget, Retention)> for Rules {
    fn from_iter<I: IntoIterator<Item = (RetentionTarget, Retention)>>(rules: I) -> Self {
        Self(rules.into_iter().collect())
    }
}

impl FromIterator<StoredRule> for Rules {
    fn from_iter<I: IntoIterator<Item = StoredRule>>(rules: I) -> Self {
        let pair = |stored: StoredRule| (stored.target, stored.rule);
        rules.into_iter().map(pair).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(count: i32) -> Retention {
        Retention {
            count: Some(count),
            ..Retention::default()
        }
    }

    fn tag(name: &str) -> RetentionTarget {
        RetentionTarget::Tag(name.to_owned())
    }

    fn count_of(rules: &Rules, site: i64, device_tags: &[&str], site_tags: &[&str]) -> Option<i32> {
        let owned = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect();
        let (device_tags, site_tags): (Vec<_>, Vec<_>) = (owned(device_tags), owned(site_tags));
        let place = Place {
            site: SiteId(site),
            device_tags: &device_tags,
            site_tags: &site_tags,
        };
        rules.nearest(&place).and_then(|(_, rule)| rule.count)
    }

    #[test]
    fn the_nearest_rule_wins() {
        let rules: Rules = [
            (RetentionTarget::All, keep(1)),
            (tag("gold"), keep(2)),
            (tag("core"), keep(3)),
            (RetentionTarget::Site(SiteId(7)), keep(4)),
        ]
        .into_iter()
        .collect();
        assert_eq!(count_of(&rules, 7, &["core"], &["gold"]), Some(4));
        assert_eq!(count_of(&rules, 8, &["core"], &["gold"]), Some(3));
        assert_eq!(count_of(&rules, 8, &["other"], &["gold"]), Some(2));
        assert_eq!(count_of(&rules, 8, &[], &[]), Some(1));
        assert_eq!(count_of(&rules, 8, &["gold", "core"], &[]), Some(3));
        let rules = rules.with(RetentionTarget::All, None);
        assert_eq!(count_of(&rules, 8, &[], &[]), None);
    }
}
