// One message, or one draft, as DOM nodes.

import { post } from "./api.js";
import { avatar, el, fullTime, hue, icon, preview, pretty, time } from "./dom.js";
import { isBlock, render } from "./entities.js";
import { alertBox, copy, toast } from "./overlays.js";
import { messagesOf, nameOf, store, tell } from "./store.js";

const DOTS = "M5 12h.01M12 12h.01M19 12h.01";
const FILE = "M7 3h7l5 5v13H7zM14 3v5h5";

/** The node of a message; `place` says whether it is the first or last of a run. */
export function bubble(message, place) {
  const mine = message.from.id === store.viewer;
  const classes = ["message", mine ? "mine" : "theirs", place.first && "first", place.last && "last"];
  if (message.deleted) classes.push("gone");
  if (message.buttons.length || message.entities.some(isBlock)) classes.push("wide");
  const stack = el("div", { class: "stack" }, body(message, mine, place));
  if (message.buttons.length) stack.append(keys(message));
  if (message.reactions.length) stack.append(chips(message));
  const group = store.chatId < 0;
  const face = group && !mine ? avatar(message.from.id, message.from.first_name, message.from.is_bot) : null;
  const actions = message.deleted ? null : actionsButton(message);
  const name = mine ? "You" : nameOf(message.from);
  return el("article", {
    class: classes.filter(Boolean).join(" "),
    data: { id: message.message_id },
    "aria-label": `${name}, ${time(message.date)}`,
  }, face, stack, actions);
}

function body(message, mine, place) {
  const node = el("div", { class: message.edits.length ? "bubble edited" : "bubble" });
  if (store.chatId < 0 && !mine && place.first) {
    const who = el("div", { class: "who" }, nameOf(message.from));
    who.style.setProperty("--hue", message.from.is_bot ? 165 : hue(message.from.id));
    node.append(who);
  }
  if (message.deleted) {
    node.append("Deleted message", meta(message));
    return node;
  }
  if (message.forwarded) node.append(el("div", { class: "forwarded" }, "Forwarded"));
  if (message.reply_to) node.append(replyLine(message));
  if (message.media) node.append(media(message.media));
  if (message.text) node.append(text(message));
  node.append(meta(message));
  return node;
}

function text(message, freshFrom) {
  const act = { freshFrom, command: (typed) => tell("say", typed) };
  return el("div", { class: "text", dir: "auto" }, render(message.text, message.entities, act));
}

function meta(message) {
  const edited = message.edits.length > 0;
  const times = [`Sent ${fullTime(message.date)}`, ...message.edits.slice(-3).map((at) => `edited ${fullTime(at)}`)];
  return el("span", { class: "meta", title: `${times.join("\n")}\n#${message.message_id}` },
    edited && el("span", {}, "edited"),
    el("time", { dateTime: new Date(message.date * 1000).toISOString() }, time(message.date)));
}

function replyLine(message) {
  const target = messagesOf(store.chatId).get(message.reply_to);
  const gone = !target || target.deleted;
  const line = el("button", { type: "button", class: message.quote ? "reply quoted" : "reply" },
    el("b", {}, gone ? "Deleted message" : nameOf(target.from)),
    el("span", { dir: "auto" }, message.quote ?? (gone ? "…" : preview(target))));
  line.addEventListener("click", () => tell("jump", message.reply_to));
  return line;
}

function media(file) {
  if (file.kind === "photo") {
    const picture = el("img", { src: file.url, alt: "Photo", loading: "lazy", width: file.width, height: file.height });
    return el("div", { class: "media" }, el("a", { class: "photo", href: file.url, target: "_blank", rel: "noopener" }, picture));
  }
  if (file.kind === "sticker") return el("div", { class: "media" }, el("img", { class: "sticker", src: "/page/llama.svg", alt: "Sticker" }));
  if (file.kind === "voice") return el("div", { class: "media" }, el("audio", { controls: true, src: file.url, preload: "none" }));
  const size = file.size < 1024 ? `${file.size} B` : `${Math.round(file.size / 1024)} KB`;
  return el("a", { class: "file", href: file.url, download: file.name },
    el("i", {}, icon(FILE)), el("span", {}, el("b", {}, file.name), el("small", {}, `${size}, download`)));
}

function keys(message) {
  return el("div", { class: "keys" }, ...message.buttons.map((row) => el("div", {}, ...row.map((button) => key(message, button)))));
}

function key(message, button) {
  const hint = button.url ? "↗" : button.copy_text ? "⧉" : "";
  const node = el("button", { type: "button", class: button.style ?? "", dir: "auto" },
    button.text, hint && el("span", { class: "hint", "aria-hidden": "true" }, hint));
  node.addEventListener("click", () => {
    if (button.url) window.open(button.url, "_blank", "noopener");
    else if (button.copy_text) copy(button.copy_text.text);
    else if (button.callback_data) press(message, button, node);
    else toast("The simulator does not offer this kind of button.");
  });
  return node;
}

async function press(message, button, node) {
  if (node.getAttribute("aria-busy") === "true") return;
  node.setAttribute("aria-busy", "true");
  try {
    const answer = await post("press", {
      user_id: store.viewer, chat_id: message.chat_id, message_id: message.message_id,
      data: button.callback_data, wait: 15,
    });
    if (!answer.answered) toast("The bot has not answered the button.");
    else if (answer.show_alert) alertBox(store.bot.name, answer.text);
    else if (answer.text) toast(answer.text);
  } catch (error) {
    toast(error.message);
  } finally {
    node.removeAttribute("aria-busy");
  }
}

function chips(message) {
  return el("div", { class: "chips" }, ...message.reactions.map(({ emoji, from }) => {
    const own = from.includes(store.viewer);
    const names = from.map((id) => (id === store.bot.id ? store.bot.name : store.people.get(id)?.first_name ?? id));
    const chip = el("button", { type: "button", class: own ? "own" : "", title: names.join(", "), "aria-pressed": String(own) },
      pretty(emoji), el("small", {}, String(from.length)));
    chip.addEventListener("click", () => react(message, own ? [] : [emoji]));
    return chip;
  }));
}

export async function react(message, emoji) {
  try {
    await post("react", { user_id: store.viewer, chat_id: message.chat_id, message_id: message.message_id, emoji });
  } catch (error) {
    toast(error.message);
  }
}

function actionsButton(message) {
  const button = el("button", { type: "button", class: "act", "aria-haspopup": "menu", "aria-label": "React, reply and more" }, icon(DOTS));
  button.addEventListener("click", () => tell("actions", message, button));
  return button;
}

/** The node of a draft; `shown` is how much of its text was already on the screen. */
export function draftBubble(draft, shown) {
  const words = draft.text
    ? text(draft, shown)
    : el("div", { class: "text thinking" }, "Thinking");
  const stack = el("div", { class: "stack" }, el("div", { class: "bubble" }, words));
  if (draft.can_stop) {
    const stop = el("button", { type: "button", class: "stop" }, "Stop");
    stop.addEventListener("click", async () => {
      stop.disabled = true;
      await post("stop", { chat_id: store.chatId, draft_id: draft.draft_id }).catch((error) => toast(error.message));
    });
    stack.append(stop);
  }
  const wide = draft.entities.some(isBlock);
  return el("article", {
    class: `message theirs first last draft${wide ? " wide" : ""}`,
    data: { draft: draft.draft_id },
    "aria-label": `${store.bot.name} is writing`,
  }, stack);
}
