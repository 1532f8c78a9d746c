// Exchanges the token of the printed address for a ticket, and starts the terminal with it.
//
// The token comes behind a '#', which browsers send to no server. It is kept for this tab alone, in a storage that pages of
// other ports can't read, so that the page can be loaded again; the address bar and the history lose it.
"use strict";

const KEPT_AS = "httpbench-tui-token";
const FONT = "Roboto Mono";
const LIMITS = { least: 6, usual: 16, most: 60 };

letStylesIn(document.currentScript.nonce);
window.addEventListener("hashchange", () => {
  if (tokenInAddress()) location.reload();
});
document.getElementById("restart").addEventListener("click", () => location.reload());
window.addEventListener("load", () => start().catch(() => tell("'httpbench-tui serve' does not answer: is it still running?")));

async function start() {
  const answer = await fetch("/ticket", { method: "POST", headers: { Authorization: `Bearer ${token()}` } });
  const text = await answer.text();
  if (!answer.ok) {
    tell(text);
    return;
  }
  const terminal = document.getElementById("terminal");
  terminal.dataset.sessionWebsocketUrl = `ws://${location.host}/ws/${text}`;
  terminal.dataset.fontSize = fontSize();
  // The terminal measures its letters once, when it opens.
  await Promise.all(["", "bold ", "italic "].map((style) => document.fonts.load(`${style}16px "${FONT}"`)));
  const script = document.createElement("script");
  script.src = "/static/textual.js";
  // It begins when the page has been loaded, which is over.
  script.addEventListener("load", (event) => window.onload(event));
  document.head.append(script);
}

function token() {
  const given = tokenInAddress();
  try {
    if (given) {
      sessionStorage.setItem(KEPT_AS, given);
      history.replaceState(null, "", location.pathname + location.search);
    }
    return given || sessionStorage.getItem(KEPT_AS) || "";
  } catch {
    return given || ""; // A browser that keeps nothing: the token stays in the address.
  }
}

function tokenInAddress() {
  return new URLSearchParams(location.hash.slice(1)).get("token");
}

function fontSize() {
  const asked = parseInt(new URLSearchParams(location.search).get("fontsize"), 10) || LIMITS.usual;
  return String(Math.min(Math.max(asked, LIMITS.least), LIMITS.most));
}

function tell(text) {
  document.getElementById("notice-text").textContent = text;
}

// The terminal writes style sheets of its own; the page's policy takes those that carry its nonce.
function letStylesIn(nonce) {
  const create = document.createElement.bind(document);
  document.createElement = (name, options) => {
    const element = create(name, options);
    if (name.toLowerCase() === "style") element.nonce = nonce;
    return element;
  };
}
