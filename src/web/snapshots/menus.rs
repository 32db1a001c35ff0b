//! The menus of a configuration as the nested list beside its text.

use crate::platform::routeros::text::{MenuNode, menu_tree};

/// How many menus the list names; large real exports have 100 sections.
const MAX_MENUS: usize = 500;

/// One entry of the list, with what a template needs to nest it.
pub struct Menu {
    /// Down to here: `/ip firewall filter`.
    pub path: String,
    /// Its last word.
    pub name: String,
    /// Line of the heading, from 1; `None` for a word that only has others below it.
    pub line: Option<usize>,
    /// How many items it holds itself.
    pub items: usize,
    /// Whether a list of others opens below it.
    pub opens: bool,
    /// How many lists end behind it.
    pub closes: usize,
}

/// The menus in the order of the text, at most 500.
pub fn menus(text: &[u8]) -> Vec<Menu> {
    let mut nodes = menu_tree(text);
    nodes.truncate(MAX_MENUS);
    let depths: Vec<usize> = nodes.iter().map(|node| node.depth).collect();
    nodes
        .into_iter()
        .enumerate()
        .map(|(index, node)| {
            let next = depths.get(index + 1).copied().unwrap_or(0);
            menu(node, next)
        })
        .collect()
}

fn menu(node: MenuNode, next_depth: usize) -> Menu {
    Menu {
        line: node.section.map(|section| section.line),
        items: node.section.map_or(0, |section| section.items),
        opens: next_depth > node.depth,
        closes: node.depth.saturating_sub(next_depth),
        path: node.menu,
        name: node.name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_that_opens_is_closed() {
        let text = b"/ip firewall filter\nadd\nadd\n/ip firewall nat\nadd\n/system identity\nset\n";
        let menus = menus(text);
        let told: Vec<_> = menus
            .iter()
            .map(|menu| (menu.name.as_str(), menu.items, menu.opens, menu.closes))
            .collect();
        assert_eq!(
            told,
            [
                ("ip", 0, true, 0),
                ("firewall", 0, true, 0),
                ("filter", 2, false, 0),
                ("nat", 1, false, 2),
                ("system", 0, true, 0),
                ("identity", 1, false, 1),
            ]
        );
        assert_eq!(menus[3].line, Some(4));
    }

    #[test]
    fn a_text_with_endless_menus_gives_a_list_with_an_end() {
        let text: String = (0..900).map(|i| format!("/a{i} b c\n")).collect();
        let menus = menus(text.as_bytes());
        assert_eq!(menus.len(), MAX_MENUS);
        let opened = menus.iter().filter(|menu| menu.opens).count();
        let closed: usize = menus.iter().map(|menu| menu.closes).sum();
        assert_eq!(opened, closed);
    }
}
