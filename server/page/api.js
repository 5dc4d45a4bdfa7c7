// What the page asks of the home agent: documents, changes, and events as they happen.

const TOKEN = "godwit-token";

export const token = {
  get: () => sessionStorage.getItem(TOKEN) ?? "",
  set: (text) => sessionStorage.setItem(TOKEN, text),
  forget: () => sessionStorage.removeItem(TOKEN),
};

export class Refused extends Error {
  constructor(status, { code = "", message = "" } = {}) {
    super(message || `the home agent answered with ${status}`);
    this.status = status;
    this.code = code;
  }
  get wantsToken() { return this.status === 401; }
}

async function ask(target, options = {}) {
  const headers = { ...options.headers };
  if (token.get()) headers.Authorization = `Bearer ${token.get()}`;
  const answer = await fetch(target, { ...options, headers, cache: "no-store" });
  if (!answer.ok) throw new Refused(answer.status, (await answer.json().catch(() => ({}))).error);
  return answer;
}

export const read = async (target) => (await ask(target)).json();

export async function change(method, target, body = {}) {
  const answer = await ask(target, { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
  return answer.json();
}

export const clientTarget = (name, what = "") => `/v1/clients/${encodeURIComponent(name)}${what}`;

// Calls onEvent for what is kept and then for all that comes; asks again where the line breaks. EventSource would do
// the same, but cannot send a token. onLine hears whether the line stands, or why not.
export async function follow(onEvent, onLine) {
  let since = "";
  for (let pause = 500; ; pause = Math.min(pause * 2, 10000)) {
    try {
      const answer = await ask(`/v1/events${since && `?since=${since}`}`, { headers: { Accept: "application/x-ndjson" } });
      onLine(true);
      for await (const line of linesOf(answer.body)) {
        const event = JSON.parse(line);
        since = event.id;
        pause = 500;
        onEvent(event);
      }
      onLine(false);
    } catch (failure) {
      onLine(false, failure);
    }
    await new Promise((resume) => setTimeout(resume, pause));
  }
}

async function* linesOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    yield* lines.filter((line) => line);
  }
}
