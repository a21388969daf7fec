// What is still being worked on: ask now and then, tell how it gets on, and show the page anew when its state has changed.
(function () {
  "use strict";
  const place = document.querySelector("[data-waiting-for]");
  if (!place) { return; }
  const EVERY_MS = 3000;
  const ask = async () => {
    try {
      const answer = await fetch(place.dataset.waitingFor, { headers: { Accept: "application/json" } });
      if (answer.ok) {
        const found = await answer.json(), told = document.querySelector("[data-told]");
        if (found.state !== place.dataset.state) { location.reload(); return; }
        if (told && found.told) { told.textContent = found.told; }
      }
    } catch { /* the service is being restarted: ask again */ }
    setTimeout(ask, EVERY_MS);
  };
  setTimeout(ask, EVERY_MS);
}());
