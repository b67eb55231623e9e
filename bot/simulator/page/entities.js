// Text and Telegram's entities (UTF-16 offsets, as in JavaScript) to DOM nodes, without any HTML.

import { el } from "./dom.js";

const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const SIMPLE = { bold: "b", italic: "i", underline: "u", strikethrough: "s" };
const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/**
 * Nodes for a text. `act.command(text)` runs when a command is clicked; what comes after
 * `act.freshFrom` fades in word by word.
 */
export function render(text, entities, act = {}) {
  const root = document.createDocumentFragment();
  const sorted = [...entities].sort(byPlace);
  fill(root, text, 0, text.length, sorted, { ...act, words: 0 });
  return root;
}

const byPlace = (one, other) => one.offset - other.offset || other.length - one.length;

function fill(parent, text, start, end, entities, act) {
  let at = start;
  const queue = [...entities];
  while (queue.length) {
    const entity = queue.shift();
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.offset + entity.length, end);
    if (to <= from) continue;
    plain(parent, text.slice(at, from), at, act);
    const inside = [];
    const later = [];
    for (const other of queue) {
      const stop = other.offset + other.length;
      if (other.offset < to) inside.push({ ...other, length: Math.min(stop, to) - other.offset });
      if (stop > to) {
        const begin = Math.max(other.offset, to);
        later.push({ ...other, offset: begin, length: stop - begin });
      }
    }
    queue.splice(0, queue.length, ...later.sort(byPlace));
    const { outer, inner } = wrap(entity, text.slice(from, to), act);
    fill(inner, text, from, to, inside, act);
    parent.append(...[outer].flat());
    at = to;
  }
  plain(parent, text.slice(at, end), at, act);
}

function plain(parent, text, offset, act) {
  // The line break after a block would otherwise show as an empty line.
  if (text.startsWith("\n") && parent.lastChild?.dataset?.block) {
    text = text.slice(1);
    offset += 1;
  }
  if (!text) return;
  const fresh = act.freshFrom === undefined ? text.length : Math.max(0, act.freshFrom - offset);
  if (fresh > 0) parent.append(text.slice(0, fresh));
  for (const word of text.slice(fresh).match(/\S+\s*|\s+/g) ?? []) {
    const node = el("span", { class: "fresh" }, word);
    node.style.animationDelay = `${Math.min(act.words++ * 28, 700)}ms`;
    parent.append(node);
  }
}

function wrap(entity, covered, act) {
  if (SIMPLE[entity.type]) return same(el(SIMPLE[entity.type]));
  switch (entity.type) {
    case "code":
      return same(el("code", { dir: "ltr" }));
    case "pre":
      return block(entity, covered);
    case "blockquote":
      return same(el("span", { class: "quote", role: "blockquote", data: { block: 1 } }));
    case "expandable_blockquote":
      return expandable(covered);
    case "spoiler":
      return same(spoiler());
    case "url":
      return same(link(/^[a-z]+:\/\//i.test(covered) ? covered : `https://${covered}`));
    case "text_link":
      return same(link(entity.url));
    case "email":
      return same(el("a", { href: `mailto:${covered}` }));
    case "bot_command":
      return same(el("button", { type: "button", class: "link", on: { click: () => act.command?.(covered) } }));
    case "date_time": {
      const shown = dateTime.format(entity.unix_time * 1000);
      return same(el("time", { title: shown }));
    }
    case "mention":
    case "text_mention":
    case "hashtag":
    case "cashtag":
      return same(el("span", { class: "link" }));
    default:
      return same(el("span"));
  }
}

const same = (node) => ({ outer: node, inner: node });

function link(url) {
  const safe = /^(https?|mailto|tel|tg):/i.test(url) ? url : undefined;
  return el("a", { href: safe, target: "_blank", rel: "noopener noreferrer", title: url });
}

function spoiler() {
  const reveal = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    node.classList.add("open");
    node.removeAttribute("role");
  };
  const node = el("span", {
    class: "spoiler", role: "button", tabIndex: 0, "aria-label": "Hidden text; activate to show it",
    on: { click: reveal, keydown: reveal },
  });
  return node;
}

function block(entity, covered) {
  const code = el("code");
  const copy = el("button", { type: "button" }, "Copy");
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(covered);
    copy.textContent = "Copied";
    setTimeout(() => { copy.textContent = "Copy"; }, 1500);
  });
  const bar = el("span", { class: "pre-bar" }, el("span", {}, entity.language ?? ""), copy);
  return { outer: el("span", { class: "pre", data: { block: 1 } }, bar, el("pre", { tabIndex: 0 }, code)), inner: code };
}

function expandable(covered) {
  const quote = el("span", { class: "quote", role: "blockquote", data: { block: 1 } });
  if (covered.length < 160 && covered.split("\n").length <= 3) return same(quote);
  quote.classList.add("folded");
  const more = el("button", { type: "button", class: "quote-more", "aria-expanded": "false", data: { block: 1 } }, "Show more");
  more.addEventListener("click", () => {
    const folded = quote.classList.toggle("folded");
    more.textContent = folded ? "Show more" : "Show less";
    more.setAttribute("aria-expanded", String(!folded));
  });
  return { outer: [quote, more], inner: quote };
}

export const isBlock = (entity) => BLOCKS.has(entity.type);
