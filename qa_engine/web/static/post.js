// What the desk sends: one after the other, kept on this machine until the service has it.
import { Kept, KeptSteps, isShut, sendJson, signInAgain } from "./sending.js";

const QUIET = 700; // milliseconds after the last key before what was typed is kept

export class Post {
  constructor(call, person, view) {
    this.base = `/api/v1/desk/${encodeURIComponent(call)}`;
    this.view = view;
    this.version = 0;
    this.line = Promise.resolve(); // one request after the other: each bears the version that the last one gave
    this.kept = new KeptSteps(`qa-desk-steps:${call}`, person);
    this.left = this.kept.all(); // of an earlier page; what is decided from now on is on its way already, also before the claim is answered
    this.keptWords = new Kept(`qa-desk-words:${call}`, person);
    this.stopped = false;
  }

  send(method, path, body) {
    return sendJson(method, this.base + path, body, { down: () => this.view.tell("连接中断：已在本机保存，恢复后自动提交。", true), up: () => this.view.tell("") });
  }

  queue(work) {
    const done = this.line.then(() => { if (this.stopped) { throw new Error(""); } return work(); });
    this.line = done.catch(() => {});
    return done;
  }

  // what a refusal means to the person; the text for the banner
  async refused(error) {
    if (isShut(error)) {
      this.stopped = true;
      if (error.status === 401) { this.view.tell("登录已过期：写下的内容已在本机保存。", true, signInAgain()); } else { this.view.tell("本页已失效：写下的内容已在本机保存。", true, [location.href, "刷新本页"]); }
      return "";
    }
    if (error.status === 409) {
      const told = await this.claim().catch(() => null);
      if (told && !told.mine) { this.stopped = true; this.view.readOnly(`${told.holder} 正在复核这一通，刚才的操作没有写入；您写的评语还在本机。`); return ""; }
      this.view.tell("这一通在别处有改动，刚才的操作没有写入，也没有覆盖别人的。", true, [location.href, "刷新查看"]);
      return "";
    }
    return error.message || "没有成功";
  }

  claim() {
    return this.queueClaim || (this.queueClaim = this.queue(() => this.send("POST", "/claim")).then((told) => {
      this.queueClaim = null;
      this.version = told.version;
      const minutes = Math.floor((Date.now() - Date.parse(told.touched_at)) / 60000);
      told.ago = minutes < 1 ? "刚刚" : `${minutes} 分钟前`;
      if (told.mine) { this.restore(told); }
      return told;
    }, async (error) => {
      this.queueClaim = null;
      if (isShut(error)) { await this.refused(error); return null; }
      this.view.readOnly(error.status === 409 ? "这一通现在没有要复核的内容。" : error.message);
      return null;
    }));
  }

  // a call that was only looked at is free for others at once
  letGo() {
    const mark = document.querySelector('meta[name="csrf"]');
    fetch(`${this.base}/let-go`, { method: "POST", keepalive: true, headers: mark ? { "x-csrf-token": mark.content } : {} }).catch(() => {});
  }

  steps() { return this.kept.all(); }

  decide(word) { return this.deliver(this.kept.add({ word }).id, word); }

  deliver(id, word) {
    return this.queue(() => this.send("POST", "/decisions", { version: this.version, ...word })).then((found) => {
      this.kept.arrived(id);
      this.version = found.version;
      this.view.standing(found);
    }, async (error) => {
      if (!isShut(error) && error.message !== "") { this.kept.arrived(id); }
      throw error.message === "" ? "" : await this.refused(error);
    });
  }

  // after a lost session or window: what was typed, and what was decided and did not arrive
  restore(told) {
    if (this.boxes) {
      const [remark, lesson] = this.boxes;
      const typed = this.keptWords.get();
      if (!this.restored) {
        remark.value = typed ? typed.remark : told.remark; lesson.value = typed ? typed.lesson : told.lesson;
        if (lesson.value) { document.getElementById("lesson-box").hidden = false; }
        if (typed && (typed.remark !== told.remark || typed.lesson !== told.lesson)) { this.say("已恢复未保存的内容"); this.typed(); }
        for (const step of this.left) { this.deliver(step.id, step.word).then(() => { if (!this.steps().length) { location.reload(); } }, () => {}); }
      }
      this.restored = true;
    }
  }

  words(remark, lesson, say) {
    this.boxes = [remark, lesson];
    this.say = say;
    for (const box of this.boxes) { box.addEventListener("input", () => this.typed()); }
  }

  typed() {
    const [remark, lesson] = this.boxes;
    this.keptWords.set({ remark: remark.value, lesson: lesson.value });
    this.say("未保存");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keepWords(), QUIET);
  }

  keepWords() {
    const [remark, lesson] = this.boxes.map((box) => box.value);
    this.queue(() => this.send("PUT", "/words", { version: this.version, remark, lesson })).then((found) => {
      this.version = found.version;
      if (this.boxes[0].value === remark && this.boxes[1].value === lesson) { this.keptWords.drop(); this.say("已自动保存"); }
    }, async (error) => { this.say("未保存，已存本机"); if (error.message !== "") { const why = await this.refused(error); if (why) { this.view.tell(why, true); } } });
  }

  reveal() { return this.send("POST", "/reveal"); }

  correct(turn, heard, said) {
    return this.queue(() => this.send("POST", "/corrections", { version: this.version, turn, heard, said })).catch(async (error) => { throw await this.refused(error); });
  }

  sign(remark, lesson, tab) {
    clearTimeout(this.timer);
    this.keptWords.set({ remark, lesson });
    return this.queue(() => this.send("POST", `/sign?tab=${tab}`, { version: this.version, remark, lesson })).then((found) => { this.keptWords.drop(); return found; }, async (error) => { throw await this.refused(error); });
  }
}
