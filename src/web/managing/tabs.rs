//! What can be managed, in groups: a row of groups, and below it what is in the marked one. All in
//! one row would be half a page on a phone.

/// Something to manage.
pub struct Tab {
    pub label: &'static str,
    pub href: &'static str,
    /// Whether it is the page that is open.
    pub is_here: bool,
}

/// The rows of links for a page.
pub struct Tabs {
    pub groups: Vec<Tab>,
    /// The pages of the marked group; none where it has only one.
    pub pages: Vec<Tab>,
}

/// A page, by its words and its address.
type Page = (&'static str, &'static str);

/// The groups with their pages; a group leads to its first.
const GROUPS: [(&str, &[Page]); 5] = [
    (
        "Inventory",
        &[
            ("Sites", "/manage/sites"),
            ("Devices", "/manage/devices"),
            ("Credentials", "/manage/credentials"),
            ("Tags", "/manage/tags"),
            ("Host keys", "/manage/host-keys"),
        ],
    ),
    (
        "Backups",
        &[
            ("Schedules", "/manage/schedules"),
            ("Maintenance windows", "/manage/maintenance-windows"),
            ("Retention", "/manage/retention"),
            ("Archives", "/manage/archives"),
        ],
    ),
    (
        "Alerts",
        &[
            ("Rules and destinations", "/manage/alerts"),
            ("Log", "/manage/alerts/log"),
        ],
    ),
    (
        "People",
        &[
            ("Users", "/manage/users"),
            ("Single sign-on", "/settings/single-sign-on"),
            ("Audit", "/manage/audit"),
        ],
    ),
    (
        "Import and export",
        &[("Import and export", "/manage/import")],
    ),
];

impl Tabs {
    /// Those of the page that is called `here`.
    pub fn of(here: &str) -> Self {
        let has = |pages: &[Page]| pages.iter().any(|(label, _)| *label == here);
        let groups = GROUPS.iter().map(|(label, pages)| Tab {
            label,
            href: pages.first().map_or("", |(_, href)| href),
            is_here: has(pages),
        });
        let open = GROUPS
            .iter()
            .find(|(_, pages)| has(pages) && pages.len() > 1);
        let pages = open.into_iter().flat_map(|(_, pages)| *pages);
        Self {
            groups: groups.collect(),
            pages: pages
                .map(|(label, href)| Tab {
                    label,
                    href,
                    is_here: *label == here,
                })
                .collect(),
        }
    }

    /// What a reader is told of the marked group: the page itself, or what it is in.
    pub fn group_mark(&self) -> &'static str {
        if self.pages.is_empty() {
            "page"
        } else {
            "true"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(tabs: &[Tab]) -> Vec<&str> {
        let here = tabs.iter().filter(|tab| tab.is_here);
        here.map(|tab| tab.label).collect()
    }

    #[test]
    fn each_page_is_marked_once_and_in_its_group() {
        for (group, pages) in GROUPS {
            for (page, _) in pages {
                let tabs = Tabs::of(page);
                assert_eq!(marked(&tabs.groups), [group], "{page}");
                let below: &[&str] = if pages.len() > 1 { &[page] } else { &[] };
                assert_eq!(marked(&tabs.pages), below, "{page}");
            }
        }
    }

    #[test]
    fn a_group_of_one_page_is_that_page() {
        let tabs = Tabs::of("Import and export");
        assert_eq!((tabs.group_mark(), tabs.pages.len()), ("page", 0));
        assert_eq!(Tabs::of("Users").group_mark(), "true");
    }
}
