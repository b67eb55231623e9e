// The conversation: messages in order with day lines, drafts at the end, scrolling.

import { bubble, draftBubble, react } from "./bubbles.js";
import { $, day, dayKey, el } from "./dom.js";
import { copy, menu } from "./overlays.js";
import { draftsOf, messagesOf, on, store, tell } from "./store.js";

const PAGE = 150;
const RUN_SECONDS = 300;
const FACES = ["👍", "👎", "❤", "🔥", "🙏", "🤔", "😢", "👀", "🤯", "🎉", "✍", "💯", "🤝", "👏", "😁", "😱"];

let shownFrom = 0; // messages before this index of the chat wait behind "Show earlier"
let below = 0;
const draftShown = new Map(); // draft id -> how much of its text has been shown

const scroller = $("scroller");
const timeline = $("timeline");
const nearBottom = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 120;
const visible = () => [...messagesOf(store.chatId).values()].filter((one) => !one.deleted);

function toBottom(smooth = false) {
  scroller.scrollTo({ top: scroller.scrollHeight, behavior: smooth ? "smooth" : "instant" });
  below = 0;
  showButton();
}

function showButton() {
  $("to-bottom").hidden = nearBottom();
  if (nearBottom()) below = 0;
  $("below").hidden = below === 0;
  $("below").textContent = below;
}

function joins(one, other) {
  return Boolean(one && other) && one.from.id === other.from.id && dayKey(one.date) === dayKey(other.date)
    && Math.abs(other.date - one.date) < RUN_SECONDS;
}

function build() {
  const all = visible();
  shownFrom = Math.min(shownFrom, Math.max(0, all.length - 1));
  $("earlier").hidden = shownFrom === 0;
  const nodes = [];
  for (let at = shownFrom; at < all.length; at += 1) {
    const [before, one, after] = [all[at - 1], all[at], all[at + 1]];
    if (at === shownFrom || dayKey(before.date) !== dayKey(one.date)) nodes.push(el("div", { class: "day" }, day(one.date)));
    nodes.push(bubble(one, { first: !joins(before, one), last: !joins(one, after) }));
  }
  timeline.replaceChildren(...nodes);
}

function openChat() {
  shownFrom = Math.max(0, visible().length - PAGE);
  draftShown.clear();
  timeline.setAttribute("aria-busy", "true");
  build();
  drawDrafts();
  timeline.removeAttribute("aria-busy");
  toBottom();
}

const nodeOf = (id) => timeline.querySelector(`[data-id="${id}"]`);

function onMessage(message, isNew) {
  const stick = nearBottom() || message.from.id === store.viewer;
  const replacesDraft = $("drafts").children.length > 0;
  const node = nodeOf(message.message_id);
  if (isNew) append(message, replacesDraft);
  else if (node && message.deleted) build();
  else if (node) {
    const focused = node.contains(document.activeElement) && document.activeElement.textContent;
    const place = { first: node.classList.contains("first"), last: node.classList.contains("last") };
    const fresh = bubble(message, place);
    node.replaceWith(fresh);
    if (focused) [...fresh.querySelectorAll("button")].find((button) => button.textContent === focused)?.focus();
  }
  if (stick) toBottom();
  else if (isNew) {
    below += 1;
    showButton();
  }
}

function append(message, quietly) {
  const all = visible();
  const before = all[all.indexOf(message) - 1];
  const follows = joins(before, message);
  if (!before || dayKey(before.date) !== dayKey(message.date)) timeline.append(el("div", { class: "day" }, day(message.date)));
  if (follows) nodeOf(before.message_id)?.classList.remove("last");
  const node = bubble(message, { first: !follows, last: true });
  if (!quietly) node.classList.add("new");
  timeline.append(node);
}

function drawDrafts() {
  const stick = nearBottom();
  const alive = [...draftsOf(store.chatId).values()].filter((draft) => draft.expires * 1000 > Date.now());
  const nodes = alive.map((draft) => {
    const node = draftBubble(draft, draftShown.get(draft.draft_id) ?? 0);
    draftShown.set(draft.draft_id, draft.text.length);
    return node;
  });
  for (const known of [...draftShown.keys()]) {
    if (!alive.some((draft) => draft.draft_id === known)) draftShown.delete(known);
  }
  $("drafts").replaceChildren(...nodes);
  if (stick) toBottom();
  tell("subtitle");
}

setInterval(() => {
  const shown = $("drafts").querySelectorAll("[data-draft]");
  const gone = [...shown].some((node) => {
    const draft = draftsOf(store.chatId).get(Number(node.dataset.draft));
    return !draft || draft.expires * 1000 <= Date.now();
  });
  if (gone) drawDrafts();
}, 1000);

function jump(id) {
  if (!nodeOf(id)) {
    shownFrom = 0;
    build();
  }
  const node = nodeOf(id);
  if (!node) return;
  node.scrollIntoView({ block: "center", behavior: "smooth" });
  node.classList.remove("flash");
  requestAnimationFrame(() => node.classList.add("flash"));
}

function selectedIn(id) {
  const selection = getSelection();
  const inside = nodeOf(id)?.querySelector(".text");
  return inside?.contains(selection.anchorNode) && inside.contains(selection.focusNode) ? selection.toString().trim() : "";
}

function actions(message, anchor) {
  const quote = selectedIn(message.message_id);
  const chosen = message.reactions.find(({ from }) => from.includes(store.viewer))?.emoji;
  const items = [[quote ? "Reply with a quote" : "Reply", () => tell("reply", message, quote)]];
  if (message.from.id === store.viewer && message.text) items.push(["Edit", () => tell("edit", message)]);
  if (message.text) items.push(["Copy text", () => copy(message.text)]);
  menu(anchor, {
    faces: { all: FACES, chosen, choose: (emoji) => react(message, emoji === chosen ? [] : [emoji]) },
    items,
  });
}

function openActions(event) {
  const article = event.target.closest?.("[data-id]");
  const message = article && messagesOf(store.chatId).get(Number(article.dataset.id));
  if (!message || message.deleted || event.target.closest("a, img")) return;
  event.preventDefault();
  actions(message, article.querySelector(".act"));
}

let pressTimer;
timeline.addEventListener("contextmenu", openActions);
timeline.addEventListener("touchstart", (event) => { pressTimer = setTimeout(() => openActions(event), 480); }, { passive: true });
for (const end of ["touchend", "touchmove", "touchcancel"]) {
  timeline.addEventListener(end, () => clearTimeout(pressTimer), { passive: true });
}
scroller.addEventListener("scroll", showButton, { passive: true });
new ResizeObserver(() => { if (below === 0 && $("to-bottom").hidden) toBottom(); }).observe($("column"));
$("to-bottom").addEventListener("click", () => toBottom(true));
$("earlier").addEventListener("click", () => {
  const height = scroller.scrollHeight;
  shownFrom = Math.max(0, shownFrom - PAGE);
  build();
  scroller.scrollTop += scroller.scrollHeight - height;
});

on("open", openChat);
on("message", onMessage);
on("drafts", drawDrafts);
on("jump", jump);
on("actions", actions);
on("bot", build);
