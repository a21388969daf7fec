// Upload with a progress bar. Without this script the form is sent as an ordinary one.
(function () {
  "use strict";
  const form = document.getElementById("upload");
  if (!form) { return; }
  const file = form.elements.namedItem("recording");
  const send = form.querySelector("button[type=submit]");
  const bar = form.querySelector("progress");
  const said = form.querySelector("[data-said]");
  const faultsBox = document.getElementById("upload-faults");
  const limit = Number(form.dataset.maxBytes);
  let request = null;

  const size = (bytes) => (bytes / 1048576).toFixed(1) + " MB";
  const clear = () => {
    faultsBox.replaceChildren();
    faultsBox.hidden = true;
    form.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
    form.querySelectorAll(".field-fault").forEach((text) => text.remove());
  };
  const complain = (message, faults) => {
    clear();
    const text = document.createElement("p");
    text.textContent = message;
    faultsBox.append(text);
    const list = document.createElement("ul");
    for (const fault of faults || []) {
      const field = fault.subject && form.elements.namedItem(fault.subject);
      const label = field && field.dataset && field.dataset.label;
      const line = document.createElement("li");
      line.textContent = (label ? label + "：" : "") + fault.message;
      list.append(line);
      if (field && field.setAttribute) { field.setAttribute("aria-invalid", "true"); }
    }
    if (list.children.length) { faultsBox.append(list); }
    faultsBox.hidden = false;
    faultsBox.scrollIntoView({ block: "nearest" });
  };
  const idle = () => { request = null; send.disabled = false; bar.hidden = true; said.textContent = ""; };
  const tooLarge = () => {
    const chosen = file.files[0];
    if (!chosen || chosen.size <= limit) { return false; }
    complain(`文件 ${size(chosen.size)}，超过上限 ${size(limit)}`, []);
    return true;
  };

  file.addEventListener("change", () => { clear(); tooLarge(); });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clear();
    if (request || tooLarge()) { return; }
    request = new XMLHttpRequest();
    request.open("POST", form.dataset.api);
    request.responseType = "json";
    const mark = form.elements.namedItem("csrf").value;
    if (mark) { request.setRequestHeader("X-CSRF-Token", mark); }
    request.upload.addEventListener("progress", (step) => {
      bar.max = step.total;
      bar.value = step.loaded;
      said.textContent = step.loaded < step.total ? `已上传 ${size(step.loaded)} / ${size(step.total)}` : "正在校验…";
    });
    request.addEventListener("load", () => {
      const answer = request.response;
      if (request.status < 300 && answer && answer.page) { location.assign(answer.page); return; }
      const error = answer && answer.error;
      complain(error ? error.message : `上传失败（${request.status}）`, error ? error.faults : []);
      idle();
    });
    request.addEventListener("error", () => { complain("上传中断，请检查网络或服务后重试。", []); idle(); });
    send.disabled = true;
    bar.hidden = false;
    bar.value = 0;
    said.textContent = "开始上传…";
    request.send(new FormData(form));
  });
}());
