// What the page knows: people, chats, messages, drafts, who we are. Tells listeners what changed.

import { follow, get, untilAnswered } from "./api.js";

export const store = {
  viewer: 0,
  chatId: 0,
  bot: { id: 0, name: "Doctor Llama", username: "", description: "", short_description: "" },
  people: new Map(),
  chats: new Map(),
  messages: new Map(), // chat id -> Map(message id -> message), for chats that were opened
  drafts: new Map(), // chat id -> Map(draft id -> draft)
  typing: new Map(), // chat id -> when it ends, in milliseconds
  unread: new Map(), // "viewer:chat" -> number
  commands: [],
};

const listeners = new Map();
let known = 0; // the last line of the ledger that `load` has seen
const heard = new Map(); // chat id -> the last line about it that came as an event

export function on(what, listener) {
  if (!listeners.has(what)) listeners.set(what, []);
  listeners.get(what).push(listener);
}

export function tell(what, ...details) {
  for (const listener of listeners.get(what) ?? []) listener(...details);
}

export const viewer = () => store.people.get(store.viewer);
export const chat = () => store.chats.get(store.chatId);
export const messagesOf = (chatId) => store.messages.get(chatId) ?? new Map();
export const draftsOf = (chatId) => store.drafts.get(chatId) ?? new Map();
export const nameOf = (user) => (user.id === store.bot.id ? store.bot.name : store.people.get(user.id)?.first_name ?? user.first_name);

const readKey = (who, chatId) => `read:${who}:${chatId}`;
const unreadKey = (who, chatId) => `${who}:${chatId}`;
export const unread = (who, chatId) => store.unread.get(unreadKey(who, chatId)) ?? 0;

export function markRead() {
  const last = chat()?.last;
  if (!last || document.hidden) return;
  localStorage.setItem(readKey(store.viewer, store.chatId), last.message_id);
  if (store.unread.delete(unreadKey(store.viewer, store.chatId))) tell("list");
}

/** Read everything afresh; called at the start and when the server's journal is another one. */
export async function load() {
  // The chats first: what happens after they were read comes as an event, people included.
  const chats = await get("chats");
  const people = await get("people");
  store.people = new Map(people.people.map((one) => [one.id, one]));
  store.chats = new Map(chats.chats.map((one) => [one.id, one]));
  store.messages.clear();
  store.drafts.clear();
  store.unread.clear();
  heard.clear();
  known = chats.n;
  await countUnread();
}

async function countUnread() {
  const written = [...store.chats.values()].filter((one) => one.last).slice(-60);
  await Promise.all(written.flatMap((one) => one.members.map(async (who) => {
    const read = Number(localStorage.getItem(readKey(who, one.id)) ?? NaN);
    const last = one.last.message_id;
    if (!(last > read)) return;
    const { messages } = await get(`chat/${one.id}?after=${read}`);
    // Later ones are counted when their events come.
    const fresh = messages.filter((message) => message.message_id <= last && !message.deleted && message.from.id !== who);
    if (fresh.length) store.unread.set(unreadKey(who, one.id), fresh.length);
  })));
}

export async function loadBot() {
  store.bot = await get(`bot?language=${viewer()?.language_code ?? ""}`);
  await loadCommands();
}

export async function loadCommands() {
  const { commands } = await get(`commands?user_id=${store.viewer}&chat_id=${store.chatId}`);
  store.commands = commands;
  tell("commands");
}

/** Look at a chat as somebody; the address keeps both, so a reload stays. */
export async function open(who, chatId) {
  store.viewer = who;
  store.chatId = chatId;
  history.replaceState(null, "", chatId === who ? `#${who}` : `#${who}/${chatId}`);
  localStorage.setItem("place", location.hash);
  if (!store.messages.has(chatId)) await fetchChat(chatId);
  await loadBot();
  if (store.viewer !== who || store.chatId !== chatId) return; // somebody else was chosen meanwhile
  markRead();
  tell("open");
}

async function fetchChat(chatId) {
  let body;
  do body = await get(`chat/${chatId}`);
  while (heard.get(chatId) > body.n); // an event overtook the answer, which lacks it
  store.messages.set(chatId, new Map(body.messages.map((one) => [one.message_id, one])));
  store.drafts.set(chatId, new Map(body.drafts.map((one) => [one.draft_id, one])));
}

const handlers = {
  message({ chat_id: chatId, message }) {
    const summary = store.chats.get(chatId);
    const isNew = !summary?.last || message.message_id > summary.last.message_id;
    if (summary && isNew) summary.last = message;
    if (isNew && message.from.is_bot) store.typing.delete(chatId);
    const opened = store.messages.get(chatId);
    const seen = opened?.has(message.message_id) ?? !isNew;
    opened?.set(message.message_id, message);
    if (isNew) countNew(summary, message);
    if (opened && chatId === store.chatId) tell("message", message, !seen);
    if (isNew || message.message_id === summary?.last?.message_id) {
      if (summary) summary.last = message;
      tell("list");
    }
  },
  draft({ chat_id: chatId, draft }) {
    if (!store.drafts.has(chatId)) store.drafts.set(chatId, new Map());
    store.drafts.get(chatId).set(draft.draft_id, draft);
    if (chatId === store.chatId) tell("drafts");
  },
  draft_gone({ chat_id: chatId, draft_id: draftId }) {
    store.drafts.get(chatId)?.delete(draftId);
    if (chatId === store.chatId) tell("drafts");
  },
  draft_stopped({ chat_id: chatId, draft_id: draftId, keep }) {
    const draft = store.drafts.get(chatId)?.get(draftId);
    if (keep && draft) draft.can_stop = false;
    else store.drafts.get(chatId)?.delete(draftId);
    if (chatId === store.chatId) tell("drafts");
  },
  typing({ chat_id: chatId, action, until }) {
    store.typing.set(chatId, { action, until: Math.min(until * 1000, Date.now() + 5500) });
    if (chatId === store.chatId) tell("subtitle");
  },
  person({ person }) {
    store.people.set(person.id, person);
    const summary = store.chats.get(person.id);
    if (summary) summary.blocked = Boolean(person.blocked);
    tell("list");
    if (person.id === store.viewer) tell("composer");
  },
  chat({ chat: summary }) {
    // The event tells of the chat as it is now, with messages whose own events are still to come.
    summary.last = store.chats.get(summary.id)?.last ?? null;
    store.chats.set(summary.id, summary);
    tell("list");
    if (summary.id === store.chatId && summary.migrated_to) return open(store.viewer, summary.migrated_to);
    if (summary.id === store.chatId) tell("composer");
  },
  bot: () => { untilAnswered(loadBot).then(() => tell("bot")); },
  async reset() {
    await untilAnswered(async () => {
      await load();
      if (!store.people.has(store.viewer)) store.viewer = store.people.keys().next().value;
      if (!store.chats.has(store.chatId)) store.chatId = store.viewer;
      await open(store.viewer, store.chatId);
    });
  },
};

function countNew(summary, message) {
  for (const who of summary?.members ?? []) {
    if (message.from.id === who) continue;
    if (who === store.viewer && summary.id === store.chatId && !document.hidden) continue;
    const key = unreadKey(who, summary.id);
    store.unread.set(key, (store.unread.get(key) ?? 0) + 1);
    // Without a mark a reload would take everything as read.
    const mark = readKey(who, summary.id);
    if (localStorage.getItem(mark) === null) localStorage.setItem(mark, message.message_id - 1);
  }
}

async function apply(events, n) {
  for (const event of events) {
    if (event.type !== "reset" && n <= known) continue;
    if (event.chat_id) heard.set(event.chat_id, n);
    await handlers[event.type]?.(event);
  }
  if (!document.hidden) markRead();
}

/** Follow what happens from what `load` has seen on; one line after the other. */
export function listen() {
  let turn = Promise.resolve();
  follow(known, {
    onEvents(events, n) { turn = turn.then(() => apply(events, n)).catch(console.error); },
    onState: (connected) => tell("connection", connected),
  });
}
