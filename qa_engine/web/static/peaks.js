// How loud a recording is over time, as a worker worked it out: asked for, and drawn as bars of both channels.
export const INK = { agent: "#2f5d8a", customer: "#8a939e", head: "#0b4f9e" };

export async function askForPeaks(call, tries) { // null: nobody worked them out
  const answer = await fetch(`/api/v1/calls/${encodeURIComponent(call)}/peaks`).catch(() => null);
  if (answer && answer.status === 202 && tries > 0) {
    await new Promise((go) => setTimeout(go, 1500));
    return askForPeaks(call, tries - 1);
  }
  if (!answer || answer.status !== 200) { return null; }
  const told = await answer.json();
  const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  return { perSecond: told.per_second, agentFirst: told.agent_first, channels: told.channels.map(bytes) };
}

export function penOf(canvas) { // cleared, in pixels of the page: [pen, width, height]
  const ratio = window.devicePixelRatio || 1, box = canvas.getBoundingClientRect();
  if (canvas.width !== Math.round(box.width * ratio) || canvas.height !== Math.round(box.height * ratio)) {
    canvas.width = Math.round(box.width * ratio); canvas.height = Math.round(box.height * ratio);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, box.width, box.height);
  return [pen, box.width, box.height];
}

export function drawBars(pen, peaks, width, a, b, middles, half) { // seconds a to b; a middle for each channel
  const second = width / (b - a), per = peaks.perSecond;
  for (let x = 0; x < width; x += 3) {
    const first = (a + x / second) * per, last = (a + (x + 3) / second) * per;
    middles.forEach((middle, lane) => {
      const channel = peaks.channels[Math.min(lane, peaks.channels.length - 1)];
      const high = loudest(channel, first, last) * half;
      pen.fillStyle = lane ? INK.customer : INK.agent;
      if (high > 0.4) { pen.fillRect(x, middle - high, 2, high * 2); }
    });
  }
}

function loudest(channel, first, last) {
  let most = 0;
  for (let n = Math.floor(first); n < Math.max(last, first + 1) && n < channel.length; n += 1) { most = Math.max(most, channel[n]); }
  return Math.sqrt(most / 255);
}
