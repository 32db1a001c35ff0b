// The keys of a comparison: n and p lead to the next and the previous difference, as the links
// beside each number do without this script.
"use strict";

const differences = [...document.querySelectorAll(".difference")];
for (const hint of document.querySelectorAll(".keys")) hint.hidden = false;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select")) return;
  const step = { n: 1, p: -1 }[event.key];
  if (!step || differences.length === 0) return;
  const at = differences.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : differences.length - 1)
                      : (at + step + differences.length) % differences.length;
  differences[next].focus();
  differences[next].scrollIntoView({ block: "center" });
});
