// A call that is still being worked on: ask now and then, and show the page anew when its state has changed.
(function () {
  "use strict";
  const place = document.querySelector("[data-waiting-for]");
  if (!place) { return; }
  const EVERY_MS = 3000;
  const ask = async () => {
    try {
      const answer = await fetch(place.dataset.waitingFor, { headers: { Accept: "application/json" } });
      if (answer.ok) {
        const call = await answer.json();
        if (call.state !== place.dataset.state) { location.reload(); return; }
      }
    } catch { /* the service is being restarted: ask again */ }
    setTimeout(ask, EVERY_MS);
  };
  setTimeout(ask, EVERY_MS);
}());
