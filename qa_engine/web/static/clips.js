// Clips of one rule: heard, decided by one key, and on to the next.
import { INK, askForPeaks, drawBars, penOf } from "./peaks.js";
import { KeptSteps, getPiece, isShut, sayIn, sendJson, signInAgain } from "./sending.js";

const byId = (id) => document.getElementById(id);
const HIT = "#f6c9c4";
const clips = Array.from(document.querySelectorAll(".clip")), sound = byId("clip-sound");
const waiting = new KeptSteps("qa-clips", byId("clips").dataset.me), TOLD = "qa-clips-told"; // verdicts that the service does not have yet
const narrow = document.querySelector(".clips-page .narrow select[name=rule]");
if (narrow) { narrow.addEventListener("change", () => narrow.form.submit()); }
const post = makePost();
if (waiting.all().length) { resend(); } else { tellOnce(); if (clips.length) { start(); } }

// One after the other. What is refused for itself is told and dropped; while nobody is signed in, everything waits.
function makePost() {
  let line = Promise.resolve(), shut = null, refused = 0;
  const tell = (text, bad, link) => sayIn(byId("told"), text, bad, link);
  const number = () => `${waiting.all().length} 段判断已存在本机`;
  const sayShut = () => (shut.status === 401 ? tell(`登录已过期：${number()}，重新登录后自动提交。`, true, signInAgain()) : tell(`本页已失效：${number()}，刷新后自动提交。`, true, [location.href, "刷新本页"]));
  const connection = { down: () => tell(`连接中断：${number()}，恢复后自动提交。`, true), up: () => tell("") };
  const deliver = (step) => {
    if (shut) { sayShut(); }
    line = line.then(async () => {
      if (shut) { return; }
      try {
        const told = await sendJson("POST", `/api/v1/clips/${encodeURIComponent(step.call)}/decisions`, step.word, connection);
        waiting.arrived(step.id); stands(told);
      } catch (error) {
        if (isShut(error)) { shut = error; sayShut(); return; }
        waiting.arrived(step.id); refused += 1;
        tell(`${step.place}没有写入：${error.message}`, true);
      }
    });
    return line;
  };
  return { tell, deliver, refused: () => refused, decide: (step) => deliver(waiting.add(step)) };
}

function stands(told) { // how the verdicts on the rule stand
  if (!clips.length) { return; }
  byId("confirmed").textContent = told.confirmed; byId("overturned").textContent = told.overturned;
  byId("precision").textContent = told.precision === null ? "还没有判断" : `${(100 * told.precision).toFixed(1)}%（${Math.round(100 * told.low)}–${Math.round(100 * told.high)}%）`;
}

// What did not arrive before the session ended or the window was closed goes first; then the clips are asked for anew.
function resend() {
  const left = waiting.all();
  for (const one of [...clips, byId("verdicts")]) { if (one) { one.hidden = true; } }
  post.tell(`正在补交上次的 ${left.length} 段判断…`);
  let line;
  for (const step of left) { line = post.deliver(step); }
  line.then(() => {
    if (waiting.all().length) { return; } // told why
    const not = post.refused();
    sessionStorage.setItem(TOLD, `上次的判断已补交 ${left.length - not} 段${not ? `，${not} 段没有写入（别人已经判过，或通话已重新检查）` : ""}。`);
    location.reload();
  });
}

function tellOnce() { const text = sessionStorage.getItem(TOLD); if (text) { sessionStorage.removeItem(TOLD); post.tell(text); } }

function start() {
  let at = 0, seen = 0, mute = false, later = JSON.parse(byId("clips").dataset.later);
  const began = Date.now(), said = [];
  const soundOf = (clip) => `/api/v1/calls/${encodeURIComponent(clip.dataset.call)}/audio`;
  const now = () => (sound.dataset.call === soundOf(clips[at]) ? sound.currentTime : Number(clips[at].dataset.start));
  const ready = new Set();
  const makeReady = (address) => { // the sound of the next call is made playable and not fetched: what is fetched counts as listened to
    if (!ready.has(address)) { ready.add(address); fetch(address, { method: "HEAD" }).catch(() => ready.delete(address)); }
  };
  const lookAhead = () => {
    const other = clips.find((one, place) => place > at && one.dataset.start && one.dataset.call !== clips[at].dataset.call);
    if (other) { makeReady(soundOf(other)); }
  };
  const play = () => {
    const clip = clips[at];
    if (!clip || !clip.dataset.start) { return; }
    const address = soundOf(clip);
    lookAhead();
    if (sound.dataset.call !== address) { sound.dataset.call = address; sound.src = `${address}#t=${clip.dataset.start}`; } else { sound.currentTime = Number(clip.dataset.start); }
    sound.playbackRate = 1.25;
    const begun = sound.play();
    if (begun) { begun.catch((why) => { if (why.name === "NotAllowedError") { mute = true; post.tell("浏览器要先按一次键才放声：按回车开始听。"); } }); } // nothing is fetched either
  };
  const known = new Map(); // call → its peaks, or that they were asked for
  const draw = () => {
    const clip = clips[at];
    if (!clip || !clip.dataset.start) { return; }
    const { call, hit, hitEnd } = clip.dataset, start = Number(clip.dataset.start), end = Number(clip.dataset.end);
    const [pen, width, height] = penOf(clip.querySelector("canvas")), x = (time) => (time - start) / (end - start) * width;
    pen.fillStyle = HIT;
    if (hit) { pen.fillRect(x(Number(hit)), 0, Math.max(2, x(Number(hitEnd)) - x(Number(hit))), height); }
    const peaks = known.get(call);
    if (peaks) { drawBars(pen, peaks, width, start, end, peaks.channels.length > 1 ? [height * 0.27, height * 0.73] : [height / 2], peaks.channels.length > 1 ? height * 0.25 : height / 2); clip.dataset.peaks = "1"; }
    pen.fillStyle = INK.head;
    if (!peaks) { pen.fillRect(0, height - 6, Math.max(0, Math.min(width, x(now()))), 6); }
    pen.fillRect(Math.max(0, Math.min(width - 2, x(now()))), 0, 2, height);
  };
  const picture = (clip) => { // of this call, once
    const { call, start } = clip ? clip.dataset : {};
    if (!start || known.has(call)) { return; }
    known.set(call, null);
    askForPeaks(call, 20).then((peaks) => { known.set(call, peaks); draw(); });
  };
  const frame = () => {
    const clip = clips[at];
    if (clip && clip.dataset.start && sound.currentTime >= Number(clip.dataset.end)) { sound.pause(); }
    draw();
    if (!sound.paused) { requestAnimationFrame(frame); }
  };
  sound.addEventListener("play", () => { if (mute) { mute = false; post.tell(""); } frame(); });
  for (const name of ["pause", "seeked", "timeupdate"]) { sound.addEventListener(name, frame); }
  window.addEventListener("resize", draw);
  const show = (n) => {
    clips.forEach((clip, place) => { clip.hidden = place !== n; });
    at = n; byId("why").hidden = true;
    picture(clips[n]); picture(clips[n + 1]); draw();
    const over = n >= clips.length, ended = over && !later.length;
    byId("coming").hidden = !over || ended; byId("done").hidden = !ended; byId("verdicts").hidden = over;
    if (over) { sound.pause(); } else { play(); }
    if (ended) { byId("done").querySelector("a").focus(); }
  };
  const fetchLater = async () => { // while the first clips are heard: they are there long before somebody comes to them
    const most = Number(byId("clips").dataset.most);
    const line = { down: () => post.tell("连接中断：恢复后自动取后面的片段。", true), up: () => post.tell("") };
    while (later.length) {
      const before = clips.length;
      try {
        byId("coming").insertAdjacentHTML("beforebegin", await getPiece(`${later[0]}&after=${before}`, line));
        later = later.slice(1);
      } catch (error) {
        later = [];
        if (error.status === 401) { post.tell("登录已过期：后面的片段没有取到。", true, signInAgain()); } else { post.tell("后面的片段没有取到。", true, [location.href, "刷新本页"]); }
      }
      clips.push(...Array.from(document.querySelectorAll(".clip")).slice(before));
      if (clips.length >= most) { later = []; }
      byId("there").textContent = clips.length;
      if (at >= before) { show(at); } else if (clips[at].dataset.start) { picture(clips[at + 1]); lookAhead(); }
    }
  };
  const send = (clip, kind, reason) => post.decide({ call: clip.dataset.call, place: `第 ${clips.indexOf(clip) + 1} 段（${clip.dataset.call}）`, word: { target: clip.dataset.key, kind, reason } });
  const decide = (kind, reason = "") => {
    const clip = clips[at];
    if (!clip) { return; }
    send(clip, kind, reason);
    said.push(at); seen += 1;
    byId("seen").textContent = seen;
    const used = Math.floor((Date.now() - began) / 1000);
    byId("used").textContent = `${Math.floor(used / 60)}:${String(used % 60).padStart(2, "0")}`;
    show(at + 1);
  };
  const undo = () => { const last = said.pop(); if (last === undefined) { return; } seen -= 1; byId("seen").textContent = seen; send(clips[last], "withdraw", ""); show(last); };
  const overturn = () => { byId("why").hidden = at >= clips.length; };
  byId("verdicts").addEventListener("click", (event) => { const button = event.target.closest("[data-kind]"); if (button) { if (button.dataset.kind === "overturn") { overturn(); } else { decide(button.dataset.kind); } } });
  byId("why").addEventListener("click", (event) => { const button = event.target.closest("[data-reason]"); if (button) { decide("overturn", button.dataset.reason); } });
  byId("again").addEventListener("click", play); byId("undo").addEventListener("click", undo);
  const KEYS = { y: () => decide("confirm"), n: overturn, "?": () => decide("look"), Enter: play, u: undo, " ": () => { if (sound.paused) { play(); } else { sound.pause(); } }, Escape: () => { byId("why").hidden = true; } };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) { return; }
    if (event.target.closest("button, a") && (event.key === "Enter" || event.key === " ")) { return; }
    if (/^[1-6]$/.test(event.key) && !byId("why").hidden) { byId("why").querySelectorAll("[data-reason]")[Number(event.key) - 1].click(); return; }
    const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act) { event.preventDefault(); act(); }
  });
  show(0);
  fetchLater();
}
