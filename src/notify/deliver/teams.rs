//! The body for a webhook of Microsoft Teams' Workflows: a message with an adaptive card
//! (<https://learn.microsoft.com/en-us/connectors/teams/#post-to-a-channel-when-a-webhook-request-is-received>).
//! All text is in rich text blocks, which know no markup, so that a name is no link.

use serde_json::{Value, json};

use super::to_bytes;
use crate::notify::compose::{Content, Item};

/// How many bytes the text of a card has at most; Teams takes 28 kB of JSON, in which a character
/// may take six times as many bytes.
const MAX_BYTES: usize = 16_000;

/// How many characters of a text are told.
const MAX_CHARS: usize = 1_000;

pub(super) fn body(content: &Content) -> anyhow::Result<Vec<u8>> {
    let mut card = Card::default();
    card.push(vec![run(&content.subject, "Bolder")]);
    if let Some(coverage) = &content.coverage {
        let text = format!(
            "The last backup of {} failed, of {} it is suspect; {} not verified in 24 hours.",
            coverage.failing,
            coverage.suspect,
            coverage.devices - coverage.verified,
        );
        card.push(vec![run(&text, "Default")]);
    }
    for (site, item) in content.items() {
        card.item(&site.name, item);
    }
    if card.left_out > 0 {
        let text = format!("and {} more, in RouterVault", card.left_out);
        card.blocks.push(block(&[run(&text, "Default")]));
    }
    let card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": card.blocks,
    });
    to_bytes(&json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": card,
        }],
    }))
}

/// A card while it is written.
#[derive(Default)]
struct Card {
    blocks: Vec<Value>,
    bytes: usize,
    /// How much of what happened there was no room for.
    left_out: usize,
}

impl Card {
    fn item(&mut self, site: &str, item: &Item) {
        let headline = format!(" at {site}: {}", item.headline());
        let mut runs = vec![run(&item.device, "Bolder"), run(&headline, "Default")];
        if let Some(page) = item.page() {
            let mut link = run("  Open in RouterVault", "Default");
            link["selectAction"] = json!({ "type": "Action.OpenUrl", "url": page });
            runs.push(link);
        }
        if !self.push(runs) {
            self.left_out += 1;
            return;
        }
        for text in [Some(&item.detail), item.summary.as_ref()] {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                self.push(vec![run(text, "Default")]);
            }
        }
        for line in item
            .difference
            .iter()
            .flat_map(|told| cut(&told.text).lines())
        {
            let mut code = run(line, "Default");
            code["fontType"] = "Monospace".into();
            self.push(vec![code]);
        }
    }

    /// False when there is no room for it.
    fn push(&mut self, runs: Vec<Value>) -> bool {
        let block = block(&runs);
        let bytes = block.to_string().len();
        let fits = self.bytes + bytes <= MAX_BYTES;
        if fits {
            self.bytes += bytes;
            self.blocks.push(block);
        }
        fits
    }
}

fn block(runs: &[Value]) -> Value {
    json!({ "type": "RichTextBlock", "inlines": runs })
}

fn run(text: &str, weight: &str) -> Value {
    json!({ "type": "TextRun", "text": cut(text), "weight": weight })
}

fn cut(text: &str) -> &str {
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}
