(function () {
  "use strict";
  var audio = document.getElementById("qa-audio");
  if (!audio) { return; }
  document.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest("a.seek") : null;
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
    var seconds = parseFloat(link.getAttribute("data-seconds"));
    if (isNaN(seconds)) { return; }
    event.preventDefault();
    var go = function () { audio.currentTime = Math.max(0, seconds - 1); };
    if (audio.readyState >= 1) { go(); } else { audio.addEventListener("loadedmetadata", go, { once: true }); }
    var playing = audio.play();
    if (playing && playing.catch) { playing.catch(function () {}); }
  });
}());
