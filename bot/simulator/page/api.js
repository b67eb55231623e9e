// The simulator's HTTP API and its event stream. Knows nothing of what is on the screen.

export class ApiError extends Error {}

async function answer(response) {
  const body = await response.json().catch(() => ({ error: `HTTP ${response.status}` }));
  if (!response.ok) throw new ApiError(body.error || `HTTP ${response.status}`);
  return body;
}

async function reach(url, options) {
  try {
    return await fetch(url, options);
  } catch {
    throw new ApiError("The simulator does not answer.");
  }
}

export const get = async (path) => answer(await reach(`/sim/${path}`));

export const post = async (path, body) =>
  answer(await reach(`/sim/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }));

export async function upload(fields, file) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file, file.name || "picture.png");
  return answer(await reach("/sim/upload", { method: "POST", body: form }));
}

/** Do this again every second until the simulator answers; `missed` hears of each failure. */
export async function untilAnswered(act, missed = () => {}) {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      missed();
      await new Promise((again) => setTimeout(again, 1000));
    }
  }
}

/** Follow the events after line `after`; reconnects by itself and says how it stands. */
export function follow(after, { onEvents, onState }) {
  let last = after;
  let source;
  const open = () => {
    source = new EventSource(`/sim/events?after=${last}`);
    source.onopen = () => onState(true);
    source.onmessage = (event) => {
      const body = JSON.parse(event.data);
      last = body.n;
      onEvents(body.events, body.n);
    };
    source.onerror = () => {
      onState(false);
      // The browser's own retry repeats the first address; ours goes on where we were.
      source.close();
      setTimeout(open, 1000);
    };
  };
  open();
}
