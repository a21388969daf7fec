// A file of rules is opened at the line that a fault named.
(function () {
  "use strict";
  const box = document.querySelector("textarea[data-line]");
  if (!box) { return; }
  const lines = box.value.split("\n"), wanted = Math.min(Number(box.dataset.line), lines.length) - 1;
  const start = lines.slice(0, wanted).reduce((sum, line) => sum + line.length + 1, 0);
  box.focus();
  box.setSelectionRange(start, start + lines[wanted].length);
  box.scrollTop = Math.max(0, (wanted - 4) * parseFloat(getComputedStyle(box).lineHeight));
}());
