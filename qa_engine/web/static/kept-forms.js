// What was typed in a form and not sent: kept in this browser, so that neither an ended session nor a lost connection loses it.
import { Kept, signInAgain } from "./sending.js";

const person = document.querySelector('meta[name="person"]').content;
for (const form of document.querySelectorAll("form[data-keep]")) { keep(form); }

function keep(form) {
  const line = form.elements.namedItem("line"); // several forms of one page have one address
  const kept = new Kept(`qa-form:${form.getAttribute("action")}:${line ? line.value : ""}`, person);
  const fields = () => Array.from(form.elements).filter((one) => one.name && one.name !== "csrf" && !["submit", "button", "file", "password"].includes(one.type));
  const values = () => fields().map((one) => [one.name, /^(checkbox|radio)$/.test(one.type) ? [one.value, one.checked] : one.value]);
  const tell = (text, bad) => {
    const said = form.querySelector(".kept-told") || form.insertBefore(document.createElement("div"), form.firstChild);
    said.className = `message kept-told ${bad ? "bad" : "warn"}`; said.setAttribute("role", "status"); said.textContent = text;
    return said;
  };
  const add = (said, made) => said.append(" ", made);
  const was = kept.get(), shown = JSON.stringify(values());
  if (was && JSON.stringify(was) !== shown) { // the digest of the file that was seen comes back with the words: nobody's change is covered
    fields().forEach((one, place) => {
      const [name, value] = was[place] || [];
      if (name !== one.name) { return; }
      if (Array.isArray(value)) { one.checked = value[1]; } else { one.value = value; }
    });
    const folded = form.closest("details");
    if (folded) { folded.open = true; }
    const drop = document.createElement("button");
    drop.type = "button"; drop.textContent = "不要了";
    drop.addEventListener("click", () => { kept.drop(); location.reload(); });
    add(tell("已恢复上次没有提交的内容。"), drop);
  } else { kept.drop(); }
  const note = () => kept.set(values());
  form.addEventListener("input", note); form.addEventListener("change", note);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    note();
    const answer = await fetch("/account", { redirect: "manual" }).catch(() => null);
    if (answer === null || answer.status >= 500) { tell("连接中断：内容已存在本机，恢复后请再提交一次。", true); return; }
    if (answer.type === "opaqueredirect" || answer.status === 401) {
      const [address, text] = signInAgain(), link = document.createElement("a");
      link.href = address; link.textContent = text;
      add(tell("登录已过期：内容已存在本机。", true), link);
      return;
    }
    kept.drop();
    form.submit();
  });
}
