// The recording of a call: seeking to hits and turns, a playhead on the picture of the call, and keys.
(function () {
  "use strict";
  const audio = document.getElementById("qa-audio");
  if (!audio) { return; }
  const LEAD_SECONDS = 1; // begin a little before the words, so that their first sound is heard
  const SKIP_SECONDS = 5;
  const LANE_HALF = 18; // of the picture's lanes: the playhead ends above the clock below them
  const RATES = [1, 1.25, 1.5, 2, 0.75];

  // ---- seeking
  const clock = (seconds) => {
    const whole = Math.floor(seconds);
    const two = (n) => String(n).padStart(2, "0");
    const hours = Math.floor(whole / 3600);
    return (hours ? hours + ":" : "") + two(Math.floor(whole / 60) % 60) + ":" + two(whole % 60);
  };
  const play = () => { const begun = audio.play(); if (begun) { begun.catch(() => {}); } };
  const seek = (seconds) => {
    const go = () => { audio.currentTime = Math.max(0, seconds); };
    if (audio.readyState >= HTMLMediaElement.HAVE_METADATA) { go(); } else {
      audio.addEventListener("loadedmetadata", go, { once: true });
      audio.preload = "metadata"; // only now: what is fetched counts as listened to
      audio.load();
    }
  };
  const listenAt = (seconds) => { seek(seconds - LEAD_SECONDS); play(); };

  // ---- hits, in order of time
  const hits = Array.from(document.querySelectorAll(".qa .card a.seek")).filter((link) => !link.closest(".quote"))
    .map((link) => ({ link, card: link.closest(".card"), seconds: parseFloat(link.dataset.seconds) }))
    .filter((hit) => Number.isFinite(hit.seconds))
    .sort((one, other) => one.seconds - other.seconds)
    .filter((hit, n, all) => n === 0 || hit.card !== all[n - 1].card || hit.seconds !== all[n - 1].seconds);
  let current = -1;
  const show = (n) => {
    document.querySelectorAll(".qa .card.now").forEach((card) => card.classList.remove("now"));
    current = n;
    const hit = hits[n];
    if (!hit) { return; }
    hit.card.classList.add("now");
    const label = hit.card.querySelector("header .no"), title = hit.card.querySelector("header b");
    where.classList.remove("idle");
    where.textContent = `${n + 1}/${hits.length}　${label ? label.textContent : ""} ${title ? title.textContent : ""}　${clock(hit.seconds)}`;
  };
  const step = (by) => {
    if (!hits.length) { return; }
    const n = current < 0 ? (by > 0 ? 0 : hits.length - 1) : (current + by + hits.length) % hits.length;
    show(n);
    hits[n].card.scrollIntoView({ block: "nearest" });
    listenAt(hits[n].seconds);
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.seek");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) { return; }
    const seconds = parseFloat(link.getAttribute("data-seconds"));
    if (!Number.isFinite(seconds)) { return; }
    event.preventDefault();
    const n = hits.findIndex((hit) => hit.link === link || (hit.seconds === seconds && hit.card === link.closest(".card")));
    if (n >= 0) { show(n); }
    listenAt(seconds);
  });

  // ---- tools beside the player
  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text) { made.textContent = text; }
    if (className) { made.className = className; }
    return made;
  };
  const tools = element("div", "", "player-tools");
  const button = (text, title, action, className) => {
    const made = element("button", text, className);
    made.type = "button";
    made.title = title;
    made.addEventListener("click", action);
    tools.append(made);
    return made;
  };
  const skip = (by) => seek(audio.currentTime + by);
  const toggle = () => { if (audio.paused) { play(); } else { audio.pause(); } };
  const nextRate = () => {
    audio.playbackRate = RATES[(RATES.indexOf(audio.playbackRate) + 1) % RATES.length];
    rate.textContent = audio.playbackRate + "×";
  };
  if (hits.length) {
    button("‹ 上一处", "上一处命中（k 或 ←）", () => step(-1));
    button("下一处 ›", "下一处命中（j 或 →）", () => step(1));
  }
  button("−5 秒", "后退 5 秒（,）", () => skip(-SKIP_SECONDS));
  button("+5 秒", "前进 5 秒（.）", () => skip(SKIP_SECONDS));
  const rate = button("1×", "播放速度（s）", nextRate);
  const where = element("span", hits.length ? `共 ${hits.length} 处可定位` : "", "where idle");
  where.setAttribute("aria-live", "polite");
  tools.append(where);
  audio.insertAdjacentElement("afterend", tools);
  audio.addEventListener("error", () => { where.textContent = "录音无法播放，请下载后收听"; where.className = "where player-fault"; });

  // ---- keys
  const help = document.getElementById("key-help");
  const openHelp = () => { if (help && !help.open) { help.showModal(); } };
  if (help) { button("快捷键 ?", "显示快捷键", openHelp, "keys"); }
  const KEYS = {
    " ": toggle, j: () => step(1), ArrowRight: () => step(1), k: () => step(-1), ArrowLeft: () => step(-1),
    ",": () => skip(-SKIP_SECONDS), ".": () => skip(SKIP_SECONDS), s: nextRate, "?": openHelp,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (help && help.open)) { return; }
    if (event.target.closest("input, select, textarea, button, summary, audio") && event.key !== "?") { return; }
    const action = KEYS[event.key];
    if (!action) { return; }
    event.preventDefault();
    action();
  });

  // ---- the playhead, and the turn that is being spoken
  const holder = document.querySelector("[data-timeline-seconds]");
  const whole = holder ? parseFloat(holder.dataset.timelineSeconds) : NaN;
  const heads = []; // one in the picture for a desk, one in that for a phone
  for (const picture of document.querySelectorAll(".qa .picture svg")) {
    const bases = Array.from(picture.querySelectorAll("line.base")), base = bases[0];
    if (!base || !(whole > 0)) { continue; }
    const first = base.x1.baseVal.value, last = base.x2.baseVal.value, box = picture.viewBox.baseVal;
    const head = document.createElementNS("http://www.w3.org/2000/svg", "line");
    head.setAttribute("class", "playhead");
    head.setAttribute("y1", "0");
    head.setAttribute("y2", String(bases[bases.length - 1].y1.baseVal.value + LANE_HALF));
    picture.append(head);
    head.place = (seconds) => {
      const x = first + (last - first) * Math.min(1, seconds / whole);
      head.setAttribute("x1", x);
      head.setAttribute("x2", x);
    };
    head.place(0);
    heads.push(head);
    picture.addEventListener("click", (event) => {
      if (event.target.closest("a")) { return; }
      const shown = picture.getBoundingClientRect();
      const x = (event.clientX - shown.left) * box.width / shown.width;
      seek(Math.max(0, Math.min(1, (x - first) / (last - first))) * whole);
      play();
    });
  }
  const turns = Array.from(document.querySelectorAll(".qa .talk .turn")).map((line) => {
    const link = line.querySelector("a.seek");
    return { line, seconds: link ? parseFloat(link.dataset.seconds) : NaN };
  }).filter((turn) => Number.isFinite(turn.seconds));
  let spoken = null;
  const follow = () => {
    const now = audio.currentTime;
    heads.forEach((head) => head.place(now));
    let found = null;
    for (const turn of turns) { if (turn.seconds <= now + 0.05) { found = turn.line; } else { break; } }
    if (found !== spoken) {
      if (spoken) { spoken.classList.remove("now"); }
      if (found) { found.classList.add("now"); }
      spoken = found;
    }
  };
  const frame = () => { follow(); if (!audio.paused) { requestAnimationFrame(frame); } };
  audio.addEventListener("play", frame);
  audio.addEventListener("seeked", follow);
  audio.addEventListener("timeupdate", follow);

  const asked = /^#t=([0-9.]+)$/.exec(location.hash);
  if (asked) { seek(parseFloat(asked[1]) - LEAD_SECONDS); }
}());
