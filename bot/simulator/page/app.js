// The start of the page: the header of the chat, the theme, the connection, and everything wired.

import { get, post, untilAnswered } from "./api.js";
import { drawComposer } from "./composer.js";
import { $, avatar, el, icon, preview } from "./dom.js";
import { alertBox, dialog, menu, toast } from "./overlays.js";
import { chat, draftsOf, listen, load, markRead, messagesOf, on, open, store, tell, viewer } from "./store.js";
import "./sidebar.js";
import "./timeline.js";

const WHAT = "AI, not a doctor";
const THEMES = {
  auto: ["automatic", "M12 3a9 9 0 100 18zM12 3a9 9 0 010 18"],
  light: ["light", "M12 8a4 4 0 100 8 4 4 0 000-8zM12 2v2M12 20v2M4 12H2M22 12h-2M5 5l1 1M18 18l1 1M5 19l1-1M18 6l1-1"],
  dark: ["dark", "M20 14A8.500 8.500 0 119.500 4 7 7 0 0020 14z"],
};
const dark = matchMedia("(prefers-color-scheme: dark)");

function drawTheme() {
  const wanted = localStorage.getItem("theme") ?? "auto";
  const [name, path] = THEMES[wanted];
  document.documentElement.dataset.theme = wanted === "auto" ? (dark.matches ? "dark" : "light") : wanted;
  $("theme").replaceChildren(icon(path));
  $("theme").setAttribute("aria-label", `Colours: ${name}`);
  $("theme").title = `Colours: ${name}`;
}

function nextTheme() {
  const order = Object.keys(THEMES);
  const at = order.indexOf(localStorage.getItem("theme") ?? "auto");
  localStorage.setItem("theme", order[(at + 1) % order.length]);
  drawTheme();
}

function drawHeader() {
  const here = chat();
  if (!here) return;
  const group = here.id < 0;
  const face = group ? avatar(here.id, here.title) : avatar(store.bot.id, store.bot.name, true);
  $("chat-avatar").replaceChildren(face);
  $("chat-title").textContent = group ? here.title : store.bot.name;
  document.title = `${$("chat-title").textContent} — ${viewer()?.first_name ?? ""}`;
  drawSubtitle();
  drawStart(here);
  drawPinned(here);
}

function drawSubtitle() {
  const here = chat();
  const typing = store.typing.get(store.chatId);
  const now = Date.now();
  const writing = [...draftsOf(store.chatId).values()].some((draft) => draft.expires * 1000 > now);
  const busy = writing || typing?.until > now;
  const idle = here?.id < 0 ? `${here.members.length} people and the bot; you are ${viewer()?.first_name}` : store.bot.short_description || WHAT;
  const doing = typing?.action?.startsWith("upload") && !writing ? "sending a file…" : "writing…";
  $("chat-subtitle").textContent = busy ? doing : idle;
  $("chat-subtitle").classList.toggle("busy", busy);
  if (typing?.until > now) setTimeout(drawSubtitle, typing.until - now + 50);
}

function drawStart(here) {
  const fresh = here.id === store.viewer && !here.started;
  $("start").hidden = !fresh;
  if (!fresh) return;
  const { name, description, short_description: short } = store.bot;
  const about = description || "Ask a question about health in your own words. I am an AI, not a doctor.";
  $("start").replaceChildren(el("div", { class: "start-card" },
    avatar(store.bot.id, name, true), el("h3", {}, name), el("p", { class: "short", dir: "auto" }, short || WHAT),
    el("p", { class: "what", dir: "auto" }, about)));
}

function drawPinned(here) {
  const target = messagesOf(here.id).get(here.pinned.at(-1));
  $("pinned").hidden = !target || target.deleted;
  if (target) $("pinned").replaceChildren(el("b", {}, "Pinned"), el("span", { dir: "auto" }, preview(target)));
}

function more() {
  const here = chat();
  const items = [["About this bot", about]];
  if (here.id === store.viewer && here.started) {
    const blocked = viewer()?.blocked;
    items.push([blocked ? "Unblock the bot" : "Block the bot", () => block(!blocked), blocked ? "" : "danger"]);
  }
  if (here.id < 0) {
    const admin = here.bot_admin;
    items.push(["Make it a supergroup", () => act("migrate", { chat_id: here.id })]);
    items.push([admin ? "Make the bot a plain member" : "Make the bot an administrator", () => act("group", { chat_id: here.id, bot_admin: !admin })]);
  }
  items.push(["What the bot called", journal]);
  menu($("more"), { items });
}

const act = (what, body) => post(what, body).catch((error) => toast(error.message));
const block = (blocked) => act("block", { user_id: store.viewer, blocked });

function about() {
  const { name, username, description, short_description: short, id } = store.bot;
  dialog(name, el("p", { dir: "auto" }, description || short || WHAT), el("dl", {},
    el("dt", {}, "Username"), el("dd", {}, `@${username}`), el("dt", {}, "Id"), el("dd", {}, String(id)),
    el("dt", {}, "You are"), el("dd", {}, `${viewer().first_name}, ${viewer().id}, ${viewer().language_code}`)));
}

async function journal() {
  const { lines } = await get("journal?kind=call&limit=400");
  const calls = lines.filter(({ method }) => method.toLowerCase() !== "getupdates").slice(-14);
  const said = calls.map((line) => `${new Date(line.time * 1000).toLocaleTimeString()}  ${line.status || "lost"}  ${line.method}${line.error ? `\n    ${line.error}` : ""}`);
  alertBox("Last Bot API calls", said.join("\n") || "No bot has called yet.");
}

function showConnection(connected) {
  $("banner").hidden = connected;
}

on("open", drawHeader);
on("bot", drawHeader);
on("composer", drawHeader);
on("subtitle", drawSubtitle);
on("message", () => { drawSubtitle(); drawPinned(chat()); });
on("connection", showConnection);

$("theme").addEventListener("click", nextTheme);
dark.addEventListener("change", drawTheme);
$("more").addEventListener("click", more);
$("back").addEventListener("click", () => { $("app").dataset.view = "list"; });
$("pinned").addEventListener("click", () => tell("jump", chat().pinned.at(-1)));
document.addEventListener("visibilitychange", markRead);

/** Whom and what the address names: `#1001` or `#1001/-1001000000001`. */
function wanted() {
  const [who, where] = (location.hash || localStorage.getItem("place") || "").slice(1).split("/").map(Number);
  const person = store.people.has(who) ? who : store.people.keys().next().value;
  return [person, store.chats.has(where) ? where : person];
}

async function start() {
  drawTheme();
  const named = Boolean(location.hash);
  await untilAnswered(async () => {
    await load();
    $("app").dataset.view = named ? "chat" : "list";
    await open(...wanted());
  }, () => showConnection(false));
  listen();
  drawComposer();
}

// before the first load nobody is known, and `start` reads the address afterwards
window.addEventListener("hashchange", () => { if (store.people.size) open(...wanted()); });
start();
