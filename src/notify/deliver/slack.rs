//! The body for Slack's incoming webhooks: a text for notifications, and blocks
//! (<https://docs.slack.dev/reference/block-kit/blocks>). Text from outside is escaped as Slack asks
//! (`&`, `<`, `>`), so that a name is no link and calls nobody.

use serde_json::{Value, json};

use super::to_bytes;
use crate::notify::compose::{Content, Item};

/// How many blocks a message may have, and how many of them tell what happened: a heading stands
/// above, and what is left out below.
const MAX_SECTIONS: usize = 45;

/// How many characters a section may have: 3,000, as Slack counts them after escaping.
const MAX_SECTION_CHARS: usize = 2_900;

/// How many characters of a difference are told.
const MAX_DIFFERENCE_CHARS: usize = 1_500;

pub(super) fn body(content: &Content) -> anyhow::Result<Vec<u8>> {
    let subject = escaped(&content.subject);
    let mut blocks = vec![section(&format!("*{subject}*"))];
    blocks.extend(content.coverage.as_ref().map(|coverage| {
        section(&format!(
            "The last backup of {} failed, of {} it is suspect; {} not verified in 24 hours.",
            coverage.failing,
            coverage.suspect,
            coverage.devices - coverage.verified,
        ))
    }));
    let items: Vec<_> = content.items().collect();
    for (site, item) in items.iter().take(MAX_SECTIONS) {
        blocks.push(section(&told(&site.name, item)));
    }
    if items.len() > MAX_SECTIONS {
        let more = items.len() - MAX_SECTIONS;
        blocks.push(section(&format!("and {more} more, in RouterVault")));
    }
    to_bytes(&json!({ "text": subject, "blocks": blocks }))
}

fn section(text: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": cut(text, MAX_SECTION_CHARS) } })
}

fn told(site: &str, item: &Item) -> String {
    let (site, device) = (escaped(site), escaped(&item.device));
    let mut lines = vec![format!("*{device}* at {site}: {}", item.headline())];
    if !item.detail.is_empty() {
        lines.push(escaped(&item.detail));
    }
    lines.extend(item.summary.as_deref().map(escaped));
    // Before the difference, which may be what is cut off.
    lines.extend(
        item.page()
            .map(|page| format!("<{}|Open in RouterVault>", escaped(page))),
    );
    if let Some(difference) = &item.difference {
        // Three backticks would end the block.
        let text = escaped(&difference.text).replace("```", "'''");
        let text = cut(&text, MAX_DIFFERENCE_CHARS);
        lines.push(format!("```\n{text}\n```"));
    }
    lines.join("\n")
}

/// Slack's three characters with a meaning
/// (<https://docs.slack.dev/messaging/formatting-message-text#escaping>).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// At most so many characters, no escaped one of them in part.
fn cut(text: &str, max_chars: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(max_chars) else {
        return text.to_owned();
    };
    let kept = &text[..end];
    let whole = match kept.rfind('&') {
        Some(at) if !kept[at..].contains(';') => &kept[..at],
        _ => kept,
    };
    format!("{whole}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_link_and_calls_nobody() {
        let name = "<!channel> <https://evil.example|core> & more";
        let escaped = escaped(name);
        assert_eq!(
            escaped,
            "&lt;!channel&gt; &lt;https://evil.example|core&gt; &amp; more"
        );
    }

    #[test]
    fn what_is_cut_has_no_part_of_an_escaped_character() {
        let text = format!("{}&lt;more", "x".repeat(8));
        for max in 8..12 {
            assert_eq!(cut(&text, max), "xxxxxxxx…", "{max}");
        }
        assert_eq!(cut(&text, 12), "xxxxxxxx&lt;…");
        assert_eq!(cut("short", 12), "short");
    }
}
