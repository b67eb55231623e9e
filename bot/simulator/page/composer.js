// Writing: the text field, replies and edits, commands, files, the START button.

import { post, upload } from "./api.js";
import { $, el, preview } from "./dom.js";
import { toast } from "./overlays.js";
import { chat, messagesOf, nameOf, on, store, viewer } from "./store.js";

const LIMIT = 4096;
const input = $("composer-input");
const list = $("commands");
let about = null; // {kind: "reply" | "edit", message, quote}
let selected = -1;
const typed = new Map(); // "viewer:chat" -> unsent text

const slot = () => `${store.viewer}:${store.chatId}`;
let current = "";

function grow() {
  input.style.height = "auto";
  // Nothing can be measured while a phone shows the list instead of the chat.
  if (input.scrollHeight) input.style.height = `${input.scrollHeight}px`;
  const size = input.value.length;
  const counter = $("counter");
  counter.hidden = size < LIMIT - 300;
  const long = size > LIMIT;
  const editing = about?.kind === "edit";
  // A long text becomes several messages, as in Telegram's apps; an edit cannot.
  counter.textContent = !long ? String(LIMIT - size) : editing ? `${size - LIMIT} too long` : `${Math.ceil(size / LIMIT)} messages`;
  counter.classList.toggle("over", long && editing);
  $("send").disabled = !input.value.trim() || (long && editing);
  typed.set(slot(), input.value);
}

function setAbout(next) {
  about = next;
  const bar = $("context");
  bar.hidden = !about;
  if (!about) return;
  bar.querySelector("strong").textContent = about.kind === "edit" ? "Edit message" : `Reply to ${nameOf(about.message.from)}`;
  bar.querySelector("span").textContent = about.quote || preview(about.message);
}

function cancel() {
  if (about?.kind === "edit") input.value = "";
  setAbout(null);
  grow();
}

function send(text, to) {
  const place = { user_id: store.viewer, chat_id: store.chatId, text };
  if (to?.kind !== "edit") {
    return post("send", { ...place, reply_to: to?.message.message_id, quote: to?.quote || undefined });
  }
  if (text.trim() === to.message.text) return Promise.resolve();
  return post("edit", { ...place, chat_id: to.message.chat_id, message_id: to.message.message_id });
}

async function submit(event) {
  event?.preventDefault();
  const text = input.value;
  if ($("send").disabled) return;
  const [to, from] = [about, slot()];
  // The field is free at once: what is typed while this is on its way is the next message.
  input.value = "";
  setAbout(null);
  grow();
  drawCommands();
  input.focus();
  try {
    await send(text, to);
  } catch (error) {
    toast(error.message);
    if (slot() !== from) typed.set(from, text);
    else if (!input.value) {
      input.value = text;
      setAbout(to);
      grow();
    }
  }
}

const say = (text) => post("send", { user_id: store.viewer, chat_id: store.chatId, text }).catch((error) => toast(error.message));

function runCommand(command) {
  input.value = "";
  grow();
  closeCommands();
  say(`/${command.command}${store.chatId < 0 ? `@${store.bot.username}` : ""}`);
  input.focus();
}

function matching(all) {
  const start = /^\/(\w*)$/.exec(input.value)?.[1]?.toLowerCase();
  if (start === undefined) return all ? store.commands : [];
  return store.commands.filter(({ command }) => command.startsWith(start));
}

function drawCommands(all = false) {
  const found = matching(all);
  selected = found.length && !all ? 0 : -1;
  list.replaceChildren(...found.map((command, at) => el("button", {
    type: "button", role: "option", id: `command-${at}`, tabIndex: -1, "aria-selected": String(at === selected),
    on: { click: () => runCommand(command) },
  }, el("b", {}, `/${command.command}`), el("span", { dir: "auto" }, command.description))));
  if (all && !found.length) list.append(el("p", {}, "The bot offers no commands here."));
  list.hidden = !list.children.length;
  $("slash").setAttribute("aria-expanded", String(!list.hidden));
}

function closeCommands() {
  list.hidden = true;
  selected = -1;
  $("slash").setAttribute("aria-expanded", "false");
}

function choose(step) {
  const all = [...list.querySelectorAll("button")];
  selected = (selected + step + all.length) % all.length;
  all.forEach((one, at) => one.setAttribute("aria-selected", String(at === selected)));
  all[selected].scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", all[selected].id);
}

function commandKey(event) {
  const found = [...list.querySelectorAll("button")];
  if (list.hidden || !found.length) return false;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") choose(event.key === "ArrowDown" ? 1 : -1);
  else if ((event.key === "Enter" || event.key === "Tab") && selected >= 0) {
    if (event.key === "Enter") found[selected].click();
    else {
      input.value = `${found[selected].querySelector("b").textContent} `;
      grow();
      closeCommands();
    }
  } else if (event.key === "Escape") closeCommands();
  else return false;
  event.preventDefault();
  return true;
}

function editLast() {
  const own = [...messagesOf(store.chatId).values()].filter((one) => one.from.id === store.viewer && one.text && !one.deleted);
  if (own.length) startEdit(own.at(-1));
}

function startEdit(message) {
  setAbout({ kind: "edit", message });
  input.value = message.text;
  grow();
  input.focus();
}

function startReply(message, quote = "") {
  setAbout({ kind: "reply", message, quote });
  input.focus();
}

function key(event) {
  if (event.isComposing || commandKey(event)) return;
  if (event.key === "Enter" && !event.shiftKey) submit(event);
  else if (event.key === "Escape" && about) cancel();
  else if (event.key === "ArrowUp" && !input.value) {
    event.preventDefault();
    editLast();
  }
}

async function sendFile(file) {
  const kind = ["image/png", "image/jpeg"].includes(file.type) ? "photo" : "document";
  try {
    await upload({ user_id: store.viewer, chat_id: store.chatId, kind, caption: input.value }, file);
    input.value = "";
    grow();
  } catch (error) {
    toast(error.message);
  }
}

/** Which of the field, START and UNBLOCK stands at the bottom. */
export function drawComposer() {
  const here = chat();
  const fresh = store.chatId === store.viewer && !here?.started;
  const blocked = store.chatId === store.viewer && viewer()?.blocked;
  $("compose").hidden = fresh || blocked;
  $("big").hidden = !(fresh || blocked);
  $("big").textContent = fresh ? "START" : "UNBLOCK THE BOT";
  drawReplyKeyboard(here);
}

function drawReplyKeyboard(here) {
  const last = [...messagesOf(store.chatId).values()].findLast((one) => one.from.is_bot && !one.deleted);
  const rows = here?.started && !viewer()?.blocked ? last?.keyboard ?? [] : [];
  $("reply-keyboard").hidden = !rows.length;
  $("reply-keyboard").replaceChildren(...rows.map((row) => el("div", {}, ...row.map((button) => {
    const text = typeof button === "string" ? button : button.text;
    return el("button", { type: "button", dir: "auto", on: { click: () => say(text) } }, text);
  }))));
}

function big() {
  const action = viewer()?.blocked ? post("block", { user_id: store.viewer, blocked: false }) : say("/start");
  action.catch((error) => toast(error.message));
}

function onOpen() {
  if (current !== slot()) {
    current = slot();
    setAbout(null);
    input.value = typed.get(current) ?? "";
  }
  input.placeholder = "Message";
  closeCommands();
  drawComposer();
  grow();
  if (matchMedia("(hover: hover)").matches) input.focus({ preventScroll: true });
}

function onMessage(message, isNew) {
  if (isNew && message.force_reply && message.from.is_bot) {
    startReply(message);
    input.placeholder = message.placeholder || "Reply";
  } else if (isNew && message.from.id === store.viewer) input.placeholder = "Message";
  drawReplyKeyboard(chat());
}

input.addEventListener("input", () => { grow(); drawCommands(); });
input.addEventListener("keydown", key);
input.addEventListener("paste", (event) => {
  const file = [...event.clipboardData.files][0];
  if (file) { event.preventDefault(); sendFile(file); }
});
$("compose").addEventListener("submit", submit);
$("context").querySelector("button").addEventListener("click", () => { cancel(); input.focus(); });
$("slash").addEventListener("click", () => { if (list.hidden) drawCommands(true); else closeCommands(); input.focus(); });
$("attach").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", () => { if ($("file").files[0]) sendFile($("file").files[0]); $("file").value = ""; });
$("big").addEventListener("click", big);
document.addEventListener("pointerdown", (event) => { if (!event.target.closest("#composer")) closeCommands(); });

on("open", onOpen);
on("message", onMessage);
on("composer", drawComposer);
on("reply", startReply);
on("edit", startEdit);
on("say", say);
