// The list: the chats of the person we are, and everybody else whom we could be.

import { $, avatar, el, preview, timeOrDay } from "./dom.js";
import { nameOf, on, open, store, unread, viewer } from "./store.js";

const SHOWN = 60;

function row({ face, title, tag, under, at, count, current, label, act }) {
  const badge = count ? el("span", { class: "badge", "aria-label": `${count} unread` }, String(count)) : null;
  const node = el("button", { type: "button", class: "row", "aria-label": label, on: { click: act } },
    face,
    el("span", { class: "row-text" },
      el("span", { class: "row-top" }, el("b", { dir: "auto" }, title), tag && el("span", { class: "tag" }, tag), at && el("time", {}, timeOrDay(at))),
      el("span", { class: "row-under" }, el("span", { dir: "auto" }, under || " "), badge)));
  if (current) node.setAttribute("aria-current", "true");
  return node;
}

function chatRow(summary) {
  const mine = summary.id === store.viewer;
  const last = summary.last;
  const who = last && (last.from.id === store.viewer ? "You: " : mine ? "" : `${nameOf(last.from)}: `);
  return row({
    face: mine ? avatar(store.bot.id, store.bot.name, true) : avatar(summary.id, summary.title),
    title: mine ? store.bot.name : summary.title,
    under: last ? who + preview(last) : mine ? "Say hello" : `${summary.members.length} people and the bot`,
    at: last?.date,
    count: unread(store.viewer, summary.id),
    current: summary.id === store.chatId,
    act: () => go(store.viewer, summary.id),
  });
}

function personRow(person) {
  const last = store.chats.get(person.id)?.last;
  let count = 0;
  for (const summary of store.chats.values()) {
    if (summary.members.includes(person.id)) count += unread(person.id, summary.id);
  }
  const state = person.blocked ? "Has blocked the bot" : last ? preview(last) : "Has not written yet";
  return row({
    face: avatar(person.id, person.first_name),
    title: person.first_name + (person.admin ? " ★" : ""),
    tag: person.language_code,
    under: state,
    at: last?.date,
    count,
    label: `Be ${person.first_name}. ${count ? `${count} unread. ` : ""}${state}`,
    act: () => go(person.id, person.id),
  });
}

async function go(who, chatId) {
  $("app").dataset.view = "chat";
  await open(who, chatId);
}

function draw() {
  const wanted = $("search").value.trim().toLowerCase();
  const me = viewer();
  if (!me) return;
  const mine = [...store.chats.values()].filter((one) => one.members.includes(store.viewer) && !one.migrated_to);
  const recent = (person) => store.chats.get(person.id)?.last?.date ?? 0;
  const others = [...store.people.values()]
    .filter((person) => person.id !== store.viewer)
    .filter((person) => !wanted || `${person.first_name} ${person.username ?? ""} ${person.id}`.toLowerCase().includes(wanted))
    .sort((one, other) => recent(other) - recent(one) || one.id - other.id);
  const more = others.length - SHOWN;
  $("lists").replaceChildren(
    el("h3", {}, `You are ${me.first_name}`, el("span", { class: "visually-hidden" }, ", these are your chats")),
    ...mine.sort((one, other) => (one.id < 0) - (other.id < 0)).map(chatRow),
    el("h3", {}, "Be somebody else"),
    ...others.slice(0, SHOWN).map(personRow),
    more > 0 ? el("h3", {}, `and ${more} more; search for a name or an id`) : "",
  );
}

let waiting = false;
let pressed = false;
/** Many events in one moment redraw the list once, and never between press and release of a row. */
function soon() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    if (pressed) soon();
    else draw();
  });
}

$("lists").addEventListener("pointerdown", () => { pressed = true; });
for (const end of ["pointerup", "pointercancel"]) {
  addEventListener(end, () => setTimeout(() => { pressed = false; })); // after the click
}

$("search").addEventListener("input", draw);
for (const what of ["open", "list", "bot"]) on(what, soon);
