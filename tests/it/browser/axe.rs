//! axe-core, which finds what keeps people with a screen reader, a keyboard or weak eyes out
//! (<https://github.com/dequelabs/axe-core>). DevTools puts it into the page, which its policy
//! does not forbid.

use super::page::Page;

const AXE: &str = include_str!("../../vendor/axe-core/axe.min.js");

/// Every rule of axe, its best practices included; one line for each place that breaks one.
const RUN: &str = r#"axe.run(document, { resultTypes: ["violations"] }).then((result) => {
    if (!result.passes.length) throw new Error("axe looked at nothing");
    return result.violations.flatMap((rule) => rule.nodes.map((node) =>
        `${rule.id} (${rule.impact}): ${node.target.join(" ")}: ${rule.help}: ` +
        node.any.concat(node.all, node.none).map((check) => check.message).join("; ")));
})"#;

/// What is wrong on the page as it is shown now: rule, selector, help and reason. Scripts of
/// the page must be on.
pub async fn axe(page: &Page) -> Vec<String> {
    if page.evaluate("typeof axe").await == "undefined" {
        page.evaluate(&format!("{AXE}; 0")).await;
    }
    let found = page.evaluate(RUN).await;
    serde_json::from_value(found).unwrap()
}
