// The desk: keys, the item in hand, decisions sent one after the other, and nothing typed is ever lost.
import { makeSound } from "./sound.js";
import { Post } from "./post.js";
import { sayIn } from "./sending.js";

const LEAD_SECONDS = 2; // evidence is heard from a little before
const desk = document.getElementById("desk"), call = desk.dataset.call;
const byId = (id) => document.getElementById(id);
const help = byId("key-help");
const narrow = byId("narrow");
if (narrow) { narrow.addEventListener("change", () => narrow.submit()); }
const on = document.querySelector(".calls-waiting li.on");
if (on) { on.scrollIntoView({ block: "nearest" }); }
const goNext = () => { location.href = desk.dataset.next || (byId("go-next") ? byId("go-next").href : "/desk-next"); };

const openHelp = () => { if (!help.open) { help.showModal(); } };
const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

if (!call) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || help.open) { return; }
    if (event.key === "g" || event.key === "G") { goNext(); }
    if (event.key === "?") { openHelp(); }
  });
} else { start(); }

function start() {
  const sound = makeSound(desk);
  const reviewing = desk.dataset.reviewing === "1";
  const banner = byId("banner"), left = byId("left"), signButton = byId("sign");
  const items = () => Array.from(document.querySelectorAll(".items .item")).filter((one) => one.offsetParent !== null || one === hand);
  let hand = null, chosen = null, choosing = null, decided = []; // chosen: the sentence that was clicked last, until another item is in hand
  let open = new Set();
  document.querySelectorAll(".item.asked, .item.manual").forEach((one) => { if (!one.dataset.said) { open.add(one.dataset.key); } });

  const tell = (text, bad, link) => sayIn(banner, text, bad, link);
  const readOnly = (text) => { desk.classList.add("readonly"); if (text) { tell(text); } };
  const post = new Post(call, desk.dataset.me, {
    tell,
    standing: (found) => {
      byId("total").textContent = shown(found.total); byId("possible").textContent = shown(found.possible);
      byId("grade").textContent = found.grade; byId("veto").hidden = !found.veto;
      if (!post.steps().length) { open = new Set(found.left); showLeft(); } // else an answer to an earlier step
    },
    readOnly,
  });
  const shown = (number) => String(Math.round(number * 100) / 100);
  const showLeft = () => {
    if (!reviewing) { return; } // signed, or for another person: as the page says
    left.replaceChildren();
    if (open.size) { const count = document.createElement("b"); count.textContent = open.size; left.append("还差 ", count, " 处"); } else { left.textContent = "可以签名"; }
  };

  // ---- the item in hand
  const take = (item, quiet) => {
    if (!item) { return; }
    close();
    if (hand) { hand.classList.remove("hand"); }
    hand = item; chosen = null;
    const folded = item.closest("details");
    if (folded) { folded.open = true; }
    item.classList.add("hand");
    item.scrollIntoView({ block: "nearest" });
    if (!quiet) { item.focus({ preventScroll: true }); }
    document.querySelectorAll(".turn.shown").forEach((turn) => turn.classList.remove("shown"));
    (item.dataset.turns || "").trim().split(/\s+/).filter(Boolean).forEach((index, n) => {
      const turn = document.querySelector(`.turn[data-turn="${index}"]`);
      if (turn) { turn.classList.add("shown"); if (n === 0) { within(turn); } }
    });
    marks.forEach((line, key) => line.classList.toggle("now", key === item.dataset.key));
    if (sound && sound.looping()) { sound.loop(range()); }
  };
  const within = (row) => { // scrolls the words alone, never the page
    const talk = byId("talk"), top = row.offsetTop, bottom = top + row.offsetHeight;
    if (top < talk.scrollTop + 20) { talk.scrollTop = top - 40; } else if (bottom > talk.scrollTop + talk.clientHeight - 20) { talk.scrollTop = bottom - talk.clientHeight + 60; }
  };
  const step = (by) => {
    const all = items(), at = all.indexOf(hand);
    take(all[Math.max(0, Math.min(all.length - 1, at + by))]);
  };
  const nextOpen = () => {
    const all = items(), at = all.indexOf(hand);
    const wanted = (item) => open.has(item.dataset.key);
    const found = all.slice(at + 1).find(wanted) || all.find(wanted);
    if (found) { take(found); } else if (signButton) { close(); signButton.focus(); }
  };
  const range = () => hand && hand.dataset.at ? [Math.max(0, hand.dataset.at - LEAD_SECONDS), Math.max(Number(hand.dataset.until || 0), Number(hand.dataset.at) + 2) + 1] : null;
  const listen = () => { if (sound && hand && hand.dataset.at) { sound.playFrom(Math.max(0, hand.dataset.at - LEAD_SECONDS)); } };

  // ---- deciding
  const close = () => {
    choosing = null;
    document.querySelectorAll(".reasons, .item .points").forEach((one) => { one.hidden = true; });
    document.querySelectorAll("[data-act][aria-expanded]").forEach((one) => one.setAttribute("aria-expanded", "false"));
  };
  const choose = (kind) => {
    const row = hand && hand.querySelector(`.reasons[data-for="${kind}"]`);
    if (!row || !hand.querySelector(`[data-act="${kind}"]`)) { return; }
    close();
    choosing = row; row.hidden = false;
    hand.querySelector(`[data-act="${kind}"]`).setAttribute("aria-expanded", "true");
    row.scrollIntoView({ block: "nearest" });
  };
  const WORDS = { confirm: "成立", overturn: "不成立", exempt: "不适用" };
  const decide = (item, kind, more) => {
    if (!item || !reviewing || desk.classList.contains("readonly")) { return; }
    const word = { target: item.dataset.key, kind, ...more };
    const verdict = item.querySelector(".verdict");
    if (kind === "withdraw") { delete item.dataset.said; verdict.textContent = verdict.dataset.was || ""; } else {
      item.dataset.said = kind;
      verdict.textContent = WORDS[kind] || (kind === "score" ? `${shown(more.points)} 分` : `扣 ${shown(-more.points)}`);
      decided.push(item);
    }
    item.querySelectorAll("[data-score]").forEach((one) => one.setAttribute("aria-pressed", String(kind === "score" && Number(one.dataset.score) === more.points)));
    item.classList.add("waiting");
    const mark = marks.get(item.dataset.key);
    if (mark) { mark.classList.toggle("said", kind !== "withdraw"); }
    if (kind === "withdraw") { if (item.matches(".asked, .manual")) { open.add(item.dataset.key); } } else { open.delete(item.dataset.key); }
    showLeft();
    post.decide(word).then(() => item.classList.remove("waiting"), (why) => {
      item.classList.remove("waiting"); delete item.dataset.said; verdict.textContent = verdict.dataset.was || "";
      if (why) { tell(why, true); }
    });
    if (kind === "withdraw") { take(item); } else { nextOpen(); }
  };
  const undo = () => { const last = decided.pop(); if (last) { decide(last, "withdraw", {}); } };
  const askPoints = (kind) => {
    const box = hand && hand.querySelector(".points");
    if (!box || !hand.querySelector(`[data-act="${kind}"]`)) { return; }
    close();
    box.hidden = false; box.dataset.kind = kind;
    const input = box.querySelector("input");
    input.focus();
  };
  const digit = (number) => {
    if (choosing) { const button = choosing.querySelectorAll("[data-reason]")[number - 1]; if (button) { button.click(); } return; }
    if (hand && hand.dataset.kind === "manual" && number <= Number(hand.dataset.most)) { decide(hand, "score", { points: number }); }
  };

  document.querySelectorAll(".items .item").forEach((item) => {
    item.querySelector(".row").addEventListener("click", () => take(item));
    item.addEventListener("focus", () => { if (hand !== item) { take(item, true); } });
    const box = item.querySelector(".points input");
    if (box) {
      box.addEventListener("keydown", (event) => {
        if (event.key === "Escape") { close(); item.focus(); }
        if (event.key !== "Enter" || box.value === "" || !box.checkValidity()) { return; }
        event.preventDefault(); event.stopPropagation();
        const kind = box.closest(".points").dataset.kind;
        decide(item, kind, { points: -Math.abs(Number(box.value)) });
        close();
      });
    }
  });
  byId("items").addEventListener("click", (event) => {
    const seek = event.target.closest("a.seek"), act = event.target.closest("[data-act]"), reason = event.target.closest("[data-reason]"), score = event.target.closest("[data-score]");
    const item = event.target.closest(".item");
    if (seek) { event.preventDefault(); if (sound && seek.dataset.seconds) { sound.playFrom(Math.max(0, seek.dataset.seconds - LEAD_SECONDS)); } return; }
    if (item && (act || reason || score) && hand !== item) { take(item); }
    if (reason) { decide(item, reason.closest(".reasons").dataset.for, { reason: reason.dataset.reason }); } else if (score) { decide(item, "score", { points: Number(score.dataset.score) }); } else if (act) { ACTS[act.dataset.act](); }
  });
  const ACTS = {
    confirm: () => { if (hand && hand.querySelector("[data-act=confirm]")) { decide(hand, "confirm", {}); } },
    overturn: () => choose("overturn"), exempt: () => choose("exempt"),
    points: () => askPoints("points"), missed: () => askPoints("missed"), text: () => correct(),
  };

  // ---- words
  const turns = Array.from(document.querySelectorAll(".turn[data-start], .unheard")).map((row) => ({ row, start: Number(row.dataset.start), end: Number(row.dataset.end) }));
  const words = Array.from(document.querySelectorAll(".turn [data-s]")).map((word) => ({ word, start: Number(word.dataset.s) }));
  words.sort((one, other) => one.start - other.start);
  let spoken = null, playing = null, follows = true;
  byId("talk").addEventListener("wheel", () => { follows = false; }, { passive: true });
  const lastBefore = (list, now) => { let low = 0, high = list.length; while (low < high) { const mid = (low + high) >> 1; if (list[mid].start <= now + 0.02) { low = mid + 1; } else { high = mid; } } return list[low - 1]; };
  if (sound) {
    sound.onTime((now) => {
      const turn = lastBefore(turns, now), word = lastBefore(words, now);
      if ((turn && turn.row) !== spoken) {
        if (spoken) { spoken.classList.remove("now"); }
        spoken = turn ? turn.row : null;
        if (spoken) { spoken.classList.add("now"); if (follows) { within(spoken); } }
      }
      if ((word && word.word) !== playing) { if (playing) { playing.classList.remove("playing"); } playing = word ? word.word : null; if (playing) { playing.classList.add("playing"); } }
    });
  }
  byId("talk").addEventListener("click", (event) => {
    const word = event.target.closest("[data-s]"), row = event.target.closest(".turn, .unheard");
    if (!row || event.target.closest("textarea, .fix")) { return; }
    chosen = row.matches(".turn") ? row : null;
    if (!sound || !row.dataset.start) { return; }
    follows = true;
    if (word) { sound.playFrom(Number(word.dataset.s)); } else if (event.target.closest(".at") || row.matches(".unheard")) { sound.playFrom(Number(row.dataset.start)); }
  });
  const find = byId("find"), found = byId("found");
  let places = [], place = -1;
  const look = () => {
    const wanted = find.value.trim();
    places = wanted ? Array.from(document.querySelectorAll(".turn")).filter((row) => row.querySelector(".said").textContent.includes(wanted)) : [];
    paint(wanted);
    document.querySelectorAll(".turn.shown").forEach((turn) => turn.classList.remove("shown"));
    place = -1; found.textContent = wanted ? `${places.length} 处` : "";
    goFound();
  };
  const paint = (wanted) => { // the words themselves: each character is a piece of its own, so they are painted and not wrapped
    if (!CSS.highlights) { return; }
    const ranges = [];
    for (const row of places) {
      const nodes = [], walker = document.createTreeWalker(row.querySelector(".said"), NodeFilter.SHOW_TEXT);
      let text = "";
      while (walker.nextNode()) { nodes.push([text.length, walker.currentNode]); text += walker.currentNode.data; }
      const at = (offset, end) => { const [start, node] = nodes.findLast(([first]) => (end ? first < offset : first <= offset)); return [node, offset - start]; };
      for (let place = text.indexOf(wanted); place >= 0; place = text.indexOf(wanted, place + wanted.length)) {
        const range = new Range();
        range.setStart(...at(place, false)); range.setEnd(...at(place + wanted.length, true));
        ranges.push(range);
      }
    }
    CSS.highlights.set("found", new Highlight(...ranges));
  };
  const goFound = () => {
    if (!places.length) { return; }
    document.querySelectorAll(".turn.shown").forEach((turn) => turn.classList.remove("shown"));
    place = (place + 1) % places.length;
    places[place].classList.add("shown"); within(places[place]); follows = false;
    found.textContent = `${place + 1}/${places.length}`;
  };
  find.addEventListener("input", look);
  find.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); goFound(); } if (event.key === "Escape") { find.value = ""; look(); find.blur(); if (hand) { hand.focus(); } } });

  // ---- masked numbers, by right
  const revealer = byId("reveal");
  let revealed = null;
  const reveal = async () => {
    if (!revealer) { return; }
    if (revealed) { const hidden = revealer.getAttribute("aria-pressed") === "true"; revealed.forEach((line) => { line.hidden = hidden; }); revealer.setAttribute("aria-pressed", String(!hidden)); return; }
    try {
      const told = await post.reveal();
      revealed = [];
      const show = (place, text, where) => { const line = document.createElement("p"); line.className = "revealed"; line.textContent = text; place[where](line); revealed.push(line); };
      for (const [index, text] of Object.entries(told.turns)) { const row = document.querySelector(`.turn[data-turn="${index}"] .said`); if (row) { show(row, text, "after"); } }
      if (told.customer_number) { show(byId("talk"), `客户号码 ${told.customer_number}`, "prepend"); }
      revealer.setAttribute("aria-pressed", "true");
      if (!revealed.length) { tell("这一通没有被遮住的号码。"); }
    } catch (error) { tell(error.message, true); }
  };
  if (revealer) { revealer.addEventListener("click", reveal); }

  // ---- a text that was heard wrong
  const correct = () => {
    const index = hand && (hand.dataset.turns || "").trim().split(/\s+/)[0];
    const row = chosen || (index ? document.querySelector(`.turn[data-turn="${index}"]`) : spoken);
    if (!row || !reviewing || row.querySelector("textarea")) { return; }
    const said = row.querySelector(".said"), box = document.createElement("textarea"), bar = document.createElement("div");
    const plain = Array.from(said.querySelectorAll("span:not(.why-out):not(.tone)")).map((piece) => piece.textContent).join("");
    const ok = document.createElement("button"), no = document.createElement("button");
    box.value = plain; box.maxLength = 2000; box.rows = 2; box.setAttribute("aria-label", "实际说的话");
    ok.type = no.type = "button"; ok.textContent = "改好，重新检查"; no.textContent = "取消"; bar.className = "fix"; bar.append(ok, no);
    const done = () => { box.remove(); bar.remove(); said.hidden = false; if (hand) { hand.focus(); } };
    no.addEventListener("click", done);
    ok.addEventListener("click", () => {
      if (ok.disabled) { return; }
      ok.disabled = true; ok.textContent = "正在重新检查…";
      post.correct(Number(row.dataset.turn), plain, box.value).then(() => location.reload(), (why) => { ok.disabled = false; ok.textContent = "改好，重新检查"; tell(why, true); });
    });
    box.addEventListener("keydown", (event) => { if (event.key === "Escape") { done(); } if (event.key === "Enter") { event.preventDefault(); event.stopPropagation(); ok.click(); } });
    said.hidden = true; said.after(box, bar); bar.style.gridColumn = "3"; box.style.gridColumn = "3"; within(row); box.focus();
  };

  // ---- remark, lesson, signing
  const remark = byId("remark"), lesson = byId("lesson"), kept = byId("kept");
  if (reviewing) {
    post.words(remark, lesson, (text) => { kept.textContent = text; });
    byId("case").addEventListener("click", () => openCase());
    byId("go-on").addEventListener("click", goNext);
    signButton.addEventListener("click", () => sign());
    const insert = (text) => { remark.setRangeText((remark.selectionStart && !/[\s。；！]$/.test(remark.value.slice(0, remark.selectionStart)) ? "；" : "") + text, remark.selectionStart, remark.selectionEnd, "end"); remark.dispatchEvent(new Event("input")); remark.focus(); };
    const phrases = Array.from(document.querySelectorAll("[data-phrase]"));
    phrases.forEach((one) => one.addEventListener("click", () => { one.closest("details").open = false; insert(one.dataset.phrase); }));
    remark.addEventListener("keydown", (event) => { const found = event.altKey && /^Digit[1-9]$/.test(event.code) && phrases[Number(event.code.slice(5)) - 1]; if (found) { event.preventDefault(); insert(found.dataset.phrase); } });
    for (const box of [remark, lesson]) { box.addEventListener("keydown", (event) => { if (event.key === "Escape") { box.blur(); if (hand) { hand.focus(); } } }); }
  }
  const openCase = () => { byId("lesson-box").hidden = false; byId("case").setAttribute("aria-expanded", "true"); lesson.focus(); };
  let signing = false;
  const sign = () => {
    if (!reviewing || signing || desk.classList.contains("readonly")) { return; }
    if (open.size) { tell(`还有 ${open.size} 处没有判断，不能签名。`); nextOpen(); return; }
    signing = true; signButton.disabled = true; kept.textContent = "正在签名…";
    post.sign(remark.value, lesson.value, desk.dataset.tab).then((answer) => { location.href = answer.next + location.search; }, (why) => { signing = false; signButton.disabled = false; kept.textContent = ""; if (why) { tell(why, true); } });
  };

  // ---- marks on the picture
  const marks = new Map();
  if (sound) {
    document.querySelectorAll(".item.asked, .item.fault, .item.quiet").forEach((item) => {
      if (!item.dataset.at) { return; }
      const badge = item.querySelector(".badge");
      const line = sound.mark(Number(item.dataset.at), badge.textContent, badge.classList.contains("doubt"), () => { take(item); listen(); });
      line.classList.toggle("said", Boolean(item.dataset.said));
      marks.set(item.dataset.key, line);
    });
    sound.draw();
    for (const [id, act] of [["play", () => sound.toggle()], ["back", () => sound.by(-3)], ["ahead", () => sound.by(3)], ["slower", () => sound.rate(-1)], ["faster", () => sound.rate(1)], ["loop", () => toggleLoop()], ["skip", () => toggleSkip()], ["sides", () => sound.side()]]) { byId(id).addEventListener("click", act); }
  }
  const toggleLoop = () => byId("loop").setAttribute("aria-pressed", String(sound.loop(sound.looping() ? null : range())));
  const toggleSkip = () => byId("skip").setAttribute("aria-pressed", String(sound.skip()));

  // ---- keys
  const SOUND = { " ": () => sound.toggle(), ",": () => sound.by(-3), ".": () => sound.by(3), "[": () => sound.rate(-1), "]": () => sound.rate(1), l: toggleLoop, a: toggleSkip, b: () => sound.side() };
  const KEYS = {
    j: () => step(1), k: () => step(-1), ArrowDown: () => step(1), ArrowUp: () => step(-1), Enter: listen,
    y: ACTS.confirm, n: ACTS.overturn, e: ACTS.exempt, p: ACTS.points, m: ACTS.missed, t: ACTS.text, u: undo,
    i: () => { const rule = hand && hand.querySelector("details.rule"); if (rule) { rule.open = !rule.open; } },
    r: () => { if (reviewing) { remark.focus(); } }, c: () => { if (reviewing) { openCase(); } }, g: goNext, v: () => { reveal(); }, "/": () => find.focus(), "?": openHelp, Escape: close,
  };
  document.addEventListener("keydown", (event) => {
    if (help.open) { return; }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); sign(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) { return; }
    if (event.target.closest("button, a, summary") && (event.key === "Enter" || event.key === " ")) { return; }
    if (event.target.closest(".talk, .calls-waiting") && /^Arrow/.test(event.key)) { return; }
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (/^[0-9]$/.test(key)) { event.preventDefault(); digit(Number(key)); return; }
    const act = KEYS[key] || (sound && SOUND[key]);
    if (act) { event.preventDefault(); act(); }
  });

  showLeft();
  if (!reviewing) { readOnly(); }
  const first = () => {
    const all = Array.from(document.querySelectorAll(".items .item")), appealed = document.querySelector(".appealed");
    const key = location.hash.slice(1).replaceAll("%3A", ":") || (appealed && appealed.dataset.key); // where a link or an appeal points
    const disputed = key && all.find((item) => item.dataset.key === key || item.dataset.key.startsWith(`${key}#`));
    take(disputed || all.find((item) => open.has(item.dataset.key)) || items()[0], false);
  };
  if (reviewing) {
    post.claim().then((told) => {
      if (!told) { return; }
      if (told.mine) { window.addEventListener("pagehide", () => { if (!decided.length && !remark.value && !lesson.value && !document.querySelector(".item[data-said]")) { post.letGo(); } }); }
      if (!told.mine) { readOnly(`${told.holder} 正在复核这一通（${told.ago}有操作），您可以看和听，不能判。`); }
      if (sound) { sound.askForPeaks(); }
    });
  } else if (sound) { sound.askForPeaks(); }
  first();
}
