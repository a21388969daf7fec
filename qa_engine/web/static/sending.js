// What a page sends and must not lose: tried again while the line is down, kept on this machine until the service has it.
const PATIENCE = 2500; // milliseconds between tries while the connection is lost
const DOWN = [502, 503, 504]; // a proxy without its service

// The answer, asked for until there is one. `line` is told when the connection goes and comes.
async function ask(address, options, line) {
  for (let broken = false; ; broken = true) {
    const answer = await fetch(address, options).catch(() => null);
    if (answer === null || DOWN.includes(answer.status)) {
      line.down();
      await new Promise((go) => { const timer = setTimeout(go, PATIENCE); window.addEventListener("online", () => { clearTimeout(timer); go(); }, { once: true }); });
      continue;
    }
    if (broken) { line.up(); }
    return answer;
  }
}

function refusal(status, words) { const error = new Error(words || "没有成功"); error.status = status; return error; }

// The answer, as JSON; an error with the status where it was refused.
export async function sendJson(method, address, body, line) {
  const mark = document.querySelector('meta[name="csrf"]');
  const answer = await ask(address, { method, headers: { "content-type": "application/json", ...(mark ? { "x-csrf-token": mark.content } : {}) }, body: body ? JSON.stringify(body) : undefined }, line);
  if (answer.ok) { return answer.status === 204 ? {} : answer.json(); }
  const told = await answer.json().catch(() => ({}));
  throw refusal(answer.status, (told.error && told.error.message) || told.detail);
}

// A piece of a page; whoever is sent to the sign-in instead was refused as one who is not signed in.
export async function getPiece(address, line) {
  const answer = await ask(address, { redirect: "manual" }, line);
  if (answer.ok) { return answer.text(); }
  throw refusal(answer.type === "opaqueredirect" ? 401 : answer.status);
}

// Who signs in anew gets another mark: the page that was open before cannot send any more, and nothing is wrong with what it sends.
export const isShut = (error) => error.status === 401 || error.status === 403;

// Something of one person in this browser: whoever signs in next at this machine neither sees nor sends it.
export class Kept {
  constructor(name, person) { this.key = `${name}:${person}`; }
  get() { try { return JSON.parse(localStorage.getItem(this.key)); } catch { return null; } }
  set(value) { localStorage.setItem(this.key, JSON.stringify(value)); }
  drop() { localStorage.removeItem(this.key); }
}

export class KeptSteps extends Kept {
  all() { return this.get() || []; }
  add(step) { const made = { ...step, id: `${Date.now()}-${Math.random()}` }; this.set([...this.all(), made]); return made; }
  arrived(id) { const left = this.all().filter((one) => one.id !== id); if (left.length) { this.set(left); } else { this.drop(); } }
}

export const signInAgain = () => [`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`, "重新登录"];

// What the page says above all else; `link` is an address and its text.
export function sayIn(banner, text, bad, link) {
  banner.hidden = !text; banner.className = bad ? "banner bad" : "banner"; banner.textContent = text || "";
  if (link) { const made = document.createElement("a"); made.href = link[0]; made.textContent = link[1]; banner.append(" ", made); }
}
