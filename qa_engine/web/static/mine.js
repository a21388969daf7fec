// Places in the recording: heard from one second before.
const sound = document.getElementById("qa-audio");
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.seek");
  if (!link || !sound) { return; }
  event.preventDefault();
  const go = () => { sound.currentTime = Math.max(0, Number(link.dataset.seconds) - 1); const begun = sound.play(); if (begun) { begun.catch(() => {}); } };
  if (sound.readyState >= 1) { go(); } else { sound.addEventListener("loadedmetadata", go, { once: true }); sound.preload = "metadata"; sound.load(); }
});
