//! axe-core, which finds what keeps people with a screen reader, a keyboard or weak eyes out
//! (<https://github.com/dequelabs/axe-core>). DevTools puts it into the page, which its policy
//! does not forbid.

use super::page::Page;

const AXE: &str = include_str!("../../vendor/axe-core/axe.min.js");

/// Every rule that axe has on by itself, best practices included, and the size of targets (WCAG
/// 2.2 AA), which it has off; one line for each place that breaks one. The numbers of lines are as
/// high as their lines, which that criterion allows
/// (<https://www.w3.org/WAI/WCAG22/Understanding/target-size-minimum>, "inline").
const RUN: &str = r#"axe.run(document, {
    resultTypes: ["violations"],
    rules: { "target-size": { enabled: true } },
}).then((result) => {
    if (!result.passes.length) throw new Error("axe looked at nothing");
    const isLineNumber = (node) => document.querySelector(node.target.join(" "))
        ?.matches(".line > a, .diff .no a");
    const counts = (rule, node) => rule.id !== "target-size" || !isLineNumber(node);
    return result.violations.flatMap((rule) => rule.nodes.filter((node) => counts(rule, node)).map((node) =>
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
