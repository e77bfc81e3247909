"use strict";
// Asks for the page's main part and replaces the sections that changed; the others keep focus and selection.

const EVERY_MS = 1000;
const PATIENCE_MS = 10000;
const main = document.querySelector("main");
const said = document.getElementById("live");

function isRead(section) {
  const selection = getSelection();
  return !selection.isCollapsed && selection.containsNode(section, true);
}

function replace(old, fresh) {
  const focused = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
  old.replaceWith(fresh);
  if (focused) {
    [...fresh.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus({ preventScroll: true });
  }
}

function show(text) {
  const fresh = [...new DOMParser().parseFromString(text, "text/html").querySelectorAll("section")];
  const old = [...main.children];
  if (fresh.map((section) => section.id).join() !== old.map((section) => section.id).join()) {
    main.replaceChildren(...fresh);
    return;
  }
  old.forEach((section, at) => {
    if (section.outerHTML !== fresh[at].outerHTML && !isRead(section)) replace(section, fresh[at]);
  });
}

function tell(text) {
  // Said once by a screen reader, not with each try.
  if (said.textContent !== text) said.textContent = text;
}

async function look() {
  try {
    const answer = await fetch("/_local/console", { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) throw new Error(answer.statusText);
    show(await answer.text());
    tell("");
  } catch {
    tell("The local cloud does not answer: this is what it showed last. make up starts it.");
  }
}

async function keepLooking() {
  // Nobody looks at a hidden page, and the first look at it again is a second away.
  if (!document.hidden) await look();
  setTimeout(keepLooking, EVERY_MS);
}

setTimeout(keepLooking, EVERY_MS);
