// Small helpers for the DOM. Text always becomes text nodes: nothing here parses HTML.

const ICON = "http://www.w3.org/2000/svg";

export const $ = (id) => document.getElementById(id);

/** An element; `props` may hold `on` (listeners), `data` (data-*), properties and attributes. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "class") node.className = value;
    else if (name.includes("-") || name === "role") node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function icon(path) {
  const svg = document.createElementNS(ICON, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(ICON, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayName = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const shortDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

export const time = (seconds) => clock.format(seconds * 1000);
export const fullTime = (seconds) => exact.format(seconds * 1000);
export const dayKey = (seconds) => new Date(seconds * 1000).toDateString();

export function day(seconds) {
  const today = new Date().toDateString();
  const yesterday = new Date(Date.now() - 864e5).toDateString();
  const key = dayKey(seconds);
  if (key === today) return "Today";
  return key === yesterday ? "Yesterday" : dayName.format(seconds * 1000);
}

export function timeOrDay(seconds) {
  return dayKey(seconds) === new Date().toDateString() ? time(seconds) : shortDay.format(seconds * 1000);
}

/** The round picture of somebody: the llama for the bot, initials for people. */
export function avatar(id, name, isBot = false) {
  if (isBot) return el("span", { class: "avatar llama", "aria-hidden": "true" });
  const letters = [...(name || "?")].slice(0, 1).join("").toUpperCase();
  const node = el("span", { class: "avatar", "aria-hidden": "true" }, letters);
  node.style.setProperty("--hue", hue(id));
  return node;
}

export const hue = (id) => (Math.abs(id) * 137) % 360;

/** An emoji that the browser would draw as black text gets its colours. */
export const pretty = (emoji) => (/^[\u2000-\u2bff]$/.test(emoji) ? `${emoji}\ufe0f` : emoji);

/** Text without formatting on one line, for previews. */
export function preview(message) {
  if (!message) return "";
  const media = message.media;
  const what = media && { photo: "Photo", document: media.name, voice: "Voice message", sticker: "Sticker" }[media.kind];
  return [what, message.text].filter(Boolean).join(": ").replace(/\s+/g, " ").slice(0, 200);
}
