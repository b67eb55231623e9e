// What floats above the page: toasts, dialogs, menus.

import { $, el, pretty } from "./dom.js";

export function toast(text, seconds = Math.min(7, 2.6 + text.length / 30)) {
  const node = el("div", { class: "toast", dir: "auto" }, text);
  $("toasts").append(node);
  setTimeout(() => node.remove(), seconds * 1000);
}

export function dialog(title, ...content) {
  const close = el("button", { type: "submit", autofocus: true }, "OK");
  const box = el("dialog", { "aria-label": title },
    title && el("h3", {}, title), ...content, el("form", { method: "dialog" }, close));
  box.addEventListener("close", () => box.remove());
  box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
  document.body.append(box);
  box.showModal();
}

export const alertBox = (title, text) => dialog(title, el("p", { dir: "auto" }, text));

export async function copy(text) {
  await navigator.clipboard.writeText(text).then(() => toast("Copied"), () => toast("The browser did not allow copying."));
}

let closeMenu = () => {};

/** A menu at `anchor`: `faces` is a bar of emoji, `items` are [label, action, class]. */
export function menu(anchor, { faces = null, items }) {
  closeMenu();
  const node = el("div", { class: "menu", role: "menu" });
  const done = (action) => () => { closeMenu(); action(); };
  if (faces) {
    node.append(el("div", { class: "faces", role: "group", "aria-label": "Reactions" }, ...faces.all.map((emoji) =>
      el("button", {
        type: "button", "aria-label": emoji, "aria-pressed": String(faces.chosen === emoji),
        on: { click: done(() => faces.choose(emoji)) },
      }, pretty(emoji)))));
  }
  for (const [label, action, look] of items) {
    node.append(el("button", { type: "button", role: "menuitem", class: look ?? "", on: { click: done(action) } }, label));
  }
  document.body.append(node);
  place(node, anchor.getBoundingClientRect());
  anchor.setAttribute("aria-expanded", "true");
  const outside = (event) => { if (!node.contains(event.target)) closeMenu(); };
  closeMenu = () => {
    node.remove();
    anchor.removeAttribute("aria-expanded");
    document.removeEventListener("pointerdown", outside, true);
    closeMenu = () => {};
  };
  node.addEventListener("keydown", (event) => keyboard(event, node, anchor));
  document.addEventListener("pointerdown", outside, true);
  node.querySelector("button").focus({ preventScroll: true });
}

function place(node, at) {
  const { offsetWidth: width, offsetHeight: height } = node;
  const left = Math.min(Math.max(8, at.left + at.width / 2 - width / 2), innerWidth - width - 8);
  const under = at.bottom + 6 + height < innerHeight;
  node.style.left = `${left}px`;
  node.style.top = `${under ? at.bottom + 6 : Math.max(8, at.top - height - 6)}px`;
}

function keyboard(event, node, anchor) {
  const all = [...node.querySelectorAll("button")];
  const at = all.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (step) {
    event.preventDefault();
    all[(at + step + all.length) % all.length].focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    closeMenu();
    anchor.focus();
  }
}
