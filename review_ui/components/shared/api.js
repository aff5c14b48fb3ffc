// HTTP with our routes. What sending again can cure is `Away`; the rest is `Refused`.

const PATIENCE = 15_000; // ms; a server that was stopped while it held the connection never answers by itself
const CURED_BY_WAITING = new Set([408, 425, 429]);

export class Away extends Error {}

export class Refused extends Error {
  constructor(status, code, sentence) {
    super(sentence);
    this.status = status;
    this.code = code;
  }
}

// `path` is one of the review routes, or whole. `patience` is for answers that take work, and `final` has the
// statuses from 500 on that sending again does not cure.
export async function post(path, body, { keepalive = false, patience = PATIENCE, final = [] } = {}) {
  const answer = await reach(path, body, keepalive, patience);
  if ((answer.status >= 500 && !final.includes(answer.status)) || CURED_BY_WAITING.has(answer.status)) {
    throw new Away(`The server answered ${answer.status}.`);
  }
  const content = await read(answer);
  if (!answer.ok) {
    // The app's own refusals carry a code; without one a proxy has answered in its place.
    if (!content.code) throw new Away(`Something before the app answered ${answer.status}.`);
    throw new Refused(answer.status, content.code, content.error);
  }
  return content;
}

async function reach(path, body, keepalive, patience) {
  try {
    return await fetch(new URL(path, new URL("/app/review/", location.origin)), {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Recurate": "1" },
      body: JSON.stringify(body),
      cache: "no-store",
      keepalive,
      signal: keepalive ? undefined : AbortSignal.timeout(patience),
    });
  } catch (error) {
    throw new Away(error.message);
  }
}

async function read(answer) {
  try {
    return await answer.json();
  } catch (error) {
    if (!answer.ok) return {};
    throw new Away(error.message); // cut off on the way, or a proxy's page: the server's own answers are JSON
  }
}

// Waits 250 ms, 500 ms ... 4 s, but not longer than until the browser says that it is back on the net.
export function pause(attempt) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(250 * 2 ** attempt, 4000));
    addEventListener("online", done);
  });
}

// Sends until there is an answer; `waiting(true)` is called when it has to wait, `waiting(false)` after.
export async function insist(attempt, waiting) {
  for (let count = 0; ; count += 1) {
    try {
      const answer = await attempt();
      if (count) waiting(false);
      return answer;
    } catch (error) {
      if (!(error instanceof Away)) {
        if (count) waiting(false);
        throw error;
      }
      waiting(true);
      await pause(count);
    }
  }
}
