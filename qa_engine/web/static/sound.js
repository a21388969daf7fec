// The recording of a call: playing, skipping pauses, loops, sides, and the picture of both channels.
import { INK, askForPeaks, drawBars, penOf } from "./peaks.js";

const RATES = [0.75, 1, 1.25, 1.5, 1.75, 2];
const PAUSE = "#eceef1", BOTH = "#e58a3c", WINDOW = "#cfe0f3";
const LEAST_WINDOW = 8; // seconds shown at the closest look
const FLAG = 14, MOST_LINES = 4; // pixels of a flag's line, and lines of flags
const SHORT = 90; // seconds; a call of up to so long is shown whole
const byId = (id) => document.getElementById(id);

export function clock(seconds, tenths) {
  const whole = Math.floor(seconds), two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const text = (hours ? hours + ":" + two(Math.floor(whole / 60) % 60) : String(Math.floor(whole / 60))) + ":" + two(whole % 60);
  return tenths ? text + "." + Math.floor((seconds - whole) * 10) : text;
}

export function makeSound(desk) {
  const audio = byId("sound");
  if (!audio) { return null; }
  const pauses = JSON.parse(desk.dataset.pauses), spans = JSON.parse(desk.dataset.spans);
  const whole = parseFloat(desk.dataset.seconds) || 1;
  let skipping = true, loop = null, side = 0, graph = null, stopAt = null;
  let from = 0, to = Math.min(whole, whole <= SHORT ? whole : SHORT), peaks = null;
  const listeners = [];

  const play = () => { const begun = audio.play(); if (begun) { begun.catch(() => {}); } };
  const seek = (seconds) => {
    const go = () => { audio.currentTime = Math.max(0, Math.min(seconds, whole)); };
    if (audio.readyState >= HTMLMediaElement.HAVE_METADATA) { go(); } else {
      audio.addEventListener("loadedmetadata", go, { once: true });
      audio.preload = "metadata"; // only now: what is fetched counts as listened to
      audio.load();
    }
  };
  const setRate = (step) => {
    const at = RATES.indexOf(audio.playbackRate);
    audio.playbackRate = RATES[Math.max(0, Math.min(RATES.length - 1, (at < 0 ? 1 : at) + step))];
    byId("rate").textContent = audio.playbackRate + "×";
  };
  const setSide = () => {
    side = (side + 1) % 3;
    if (!graph) { // only when somebody wants one side: the plain way plays on everywhere
      const context = new AudioContext(), source = context.createMediaElementSource(audio), split = context.createChannelSplitter(2);
      const left = context.createGain(), right = context.createGain(), merge = context.createChannelMerger(1);
      source.connect(split); split.connect(left, 0); split.connect(right, 1); left.connect(merge, 0, 0); right.connect(merge, 0, 0); merge.connect(context.destination);
      graph = { context, left, right };
    }
    graph.context.resume();
    const agentLeft = !peaks || peaks.agentFirst;
    graph.left.gain.value = side === 0 || (side === 1) === agentLeft ? 1 : 0;
    graph.right.gain.value = side === 0 || (side === 2) === agentLeft ? 1 : 0;
    byId("sides").querySelector("span").textContent = ["双方", "坐席", "客户"][side];
  };

  // ---- the picture
  const strip = byId("wave-whole"), main = byId("wave-main"), marks = byId("wave-marks");
  const lanes = (pen, width, a, b, tops, half) => {
    const second = width / (b - a);
    if (!peaks) {
      for (const [who, start, end] of spans) {
        const lane = who === "customer" ? 1 : 0;
        pen.fillStyle = lane ? INK.customer : INK.agent;
        pen.globalAlpha = 0.5; pen.fillRect((start - a) * second, tops[lane] - half / 3, Math.max(1, (end - start) * second), half / 1.5); pen.globalAlpha = 1;
      }
      return;
    }
    drawBars(pen, peaks, width, a, b, tops, half);
  };
  const draw = () => {
    let [pen, width, height] = penOf(strip);
    lanes(pen, width, 0, whole, [height / 2], height / 2);
    if (to - from < whole - 0.1) {
      pen.fillStyle = WINDOW; pen.globalAlpha = 0.6; pen.fillRect(from / whole * width, 0, (to - from) / whole * width, height); pen.globalAlpha = 1;
    }
    pen.fillStyle = INK.head; pen.fillRect(audio.currentTime / whole * width, 0, 1.5, height);
    [pen, width, height] = penOf(main);
    const second = width / (to - from), floor = height - 14;
    pen.fillStyle = PAUSE;
    for (const [start, end] of pauses) { pen.fillRect((start - from) * second, 14, (end - start) * second, floor - 14); }
    lanes(pen, width, from, to, [14 + (floor - 14) * 0.27, 14 + (floor - 14) * 0.73], (floor - 14) * 0.24);
    pen.fillStyle = BOTH; pen.globalAlpha = 0.5;
    for (const [start, end] of overlaps) { pen.fillRect((start - from) * second, 14, Math.max(1, (end - start) * second), floor - 14); }
    pen.globalAlpha = 1;
    pen.fillStyle = "#4d5763"; pen.font = "10.5px sans-serif";
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      pen.textAlign = share === 0 ? "left" : share === 1 ? "right" : "center";
      pen.fillText(clock(from + share * (to - from)), share * width, height - 3);
    }
    if (loop) { pen.fillStyle = INK.head; pen.globalAlpha = 0.12; pen.fillRect((loop[0] - from) * second, 0, (loop[1] - loop[0]) * second, floor); pen.globalAlpha = 1; }
    pen.fillStyle = INK.head; pen.fillRect((audio.currentTime - from) * second - 0.75, 0, 1.5, floor);
    const ends = []; // of the flags of each line: those that would lie on one another go below
    for (const mark of Array.from(marks.children).sort((one, other) => one.dataset.at - other.dataset.at)) {
      const flag = mark.firstChild, x = Math.min((mark.dataset.at - from) * second, width - 1);
      mark.style.left = `${x / width * 100}%`;
      mark.hidden = mark.dataset.at < from || mark.dataset.at > to;
      if (mark.hidden) { continue; }
      const wide = flag.wide || (flag.wide = flag.offsetWidth), before = x + wide > width, start = before ? x - wide : x;
      mark.classList.toggle("before", before);
      let line = ends.findIndex((end) => end <= start);
      if (line < 0) { line = ends.length; }
      ends[line] = start + wide + 1;
      flag.style.top = `${Math.min(line, MOST_LINES - 1) * FLAG}px`;
    }
  };
  const overlaps = [];
  for (let n = 1; n < spans.length; n += 1) {
    for (let m = n - 1; m >= 0 && m >= n - 3; m -= 1) {
      const start = Math.max(spans[n][1], spans[m][1]), end = Math.min(spans[n][2], spans[m][2]);
      if (spans[n][0] !== spans[m][0] && end - start > 0.2) { overlaps.push([start, end]); }
    }
  }
  const show = (seconds) => {
    if (seconds >= from && seconds <= to) { return; }
    const wide = to - from;
    from = Math.max(0, Math.min(whole - wide, seconds - wide * 0.2)); to = from + wide;
  };
  main.addEventListener("wheel", (event) => {
    event.preventDefault();
    const at = from + (to - from) * (event.offsetX / main.clientWidth);
    const wide = Math.max(LEAST_WINDOW, Math.min(whole, (to - from) * (event.deltaY > 0 ? 1.25 : 0.8)));
    from = Math.max(0, Math.min(whole - wide, at - wide * (event.offsetX / main.clientWidth))); to = Math.min(whole, from + wide);
    draw();
  }, { passive: false });
  main.addEventListener("click", (event) => { seek(from + (to - from) * (event.offsetX / main.clientWidth)); play(); });
  strip.addEventListener("click", (event) => { const at = whole * (event.offsetX / strip.clientWidth); show(at); seek(at); draw(); });
  window.addEventListener("resize", draw);

  // ---- while it plays
  const follow = () => {
    const now = audio.currentTime;
    if (stopAt !== null && now >= stopAt) { stopAt = null; audio.pause(); }
    if (loop && (now >= loop[1] || now < loop[0] - 3)) { audio.currentTime = loop[0]; }
    if (skipping && !audio.paused && !loop) {
      const pause = pauses.find(([start, end]) => now > start + 0.3 && now < end - 0.6);
      if (pause) { audio.currentTime = pause[1] - 0.3; }
    }
    show(now);
    byId("at").textContent = clock(now, true);
    byId("play").querySelector("span").textContent = audio.paused ? "播放" : "暂停";
    listeners.forEach((listener) => listener(now));
    draw();
  };
  const frame = () => { follow(); if (!audio.paused) { requestAnimationFrame(frame); } };
  audio.addEventListener("play", frame);
  for (const name of ["pause", "seeked", "timeupdate"]) { audio.addEventListener(name, follow); }
  audio.addEventListener("error", () => { byId("at").textContent = "录音无法播放"; });

  const ask = async () => {
    peaks = await askForPeaks(desk.dataset.call, 20);
    if (peaks) { desk.dataset.peaks = "1"; draw(); }
  };
  draw();
  return {
    draw, seek, askForPeaks: ask,
    toggle: () => { if (audio.paused) { play(); } else { audio.pause(); } },
    playFrom: (seconds, until) => { stopAt = until || null; show(seconds); seek(seconds); play(); },
    by: (seconds) => seek(audio.currentTime + seconds),
    rate: setRate, side: setSide,
    loop: (range) => { loop = range; if (range) { seek(range[0]); play(); } draw(); return Boolean(range); },
    looping: () => loop !== null,
    skip: () => { skipping = !skipping; return skipping; },
    now: () => audio.currentTime,
    onTime: (listener) => listeners.push(listener),
    mark: (at, label, doubt, act) => {
      const line = document.createElement("i"), flag = document.createElement("span");
      line.dataset.at = at; line.className = doubt ? "doubt" : ""; flag.textContent = label;
      flag.addEventListener("click", act); line.append(flag); marks.append(line);
      return line;
    },
  };
}
