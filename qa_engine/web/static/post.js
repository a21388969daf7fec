// What the desk sends: one after the other, kept on this machine until the service has it.
const PATIENCE = 2500; // milliseconds between tries while the connection is lost
const QUIET = 700; // milliseconds after the last key before what was typed is kept

export class Post {
  constructor(call, view) {
    this.base = `/api/v1/desk/${encodeURIComponent(call)}`;
    this.view = view;
    this.version = 0;
    this.line = Promise.resolve(); // one request after the other: each bears the version that the last one gave
    this.waitingKey = `qa-desk-steps:${call}`;
    this.typedKey = `qa-desk-words:${call}`;
    this.stopped = false;
  }

  async send(method, path, body) {
    const mark = document.querySelector('meta[name="csrf"]');
    for (;;) {
      let answer = null;
      try {
        answer = await fetch(this.base + path, { method, headers: { "content-type": "application/json", ...(mark ? { "x-csrf-token": mark.content } : {}) }, body: body ? JSON.stringify(body) : undefined });
      } catch { answer = null; }
      if (answer === null || answer.status === 502 || answer.status === 503) {
        this.view.tell("连接中断：已在本机保存，恢复后自动提交。", true);
        this.broken = true;
        await new Promise((go) => { const timer = setTimeout(go, PATIENCE); window.addEventListener("online", () => { clearTimeout(timer); go(); }, { once: true }); });
        continue;
      }
      if (this.broken) { this.broken = false; this.view.tell(""); }
      if (answer.ok) { return answer.status === 204 ? {} : answer.json(); }
      const told = await answer.json().catch(() => ({}));
      const error = new Error((told.error && told.error.message) || told.detail || "没有成功");
      error.status = answer.status;
      throw error;
    }
  }

  queue(work) {
    const done = this.line.then(() => { if (this.stopped) { throw new Error(""); } return work(); });
    this.line = done.catch(() => {});
    return done;
  }

  // what a refusal means to the person; the text for the banner
  async refused(error) {
    if (error.status === 401) {
      this.stopped = true;
      this.view.tell("登录已过期：写下的内容已在本机保存。", true, [`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`, "重新登录"]);
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
      if (error.status === 401) { await this.refused(error); return null; }
      this.view.readOnly(error.status === 409 ? "这一通现在没有要复核的内容。" : error.message);
      return null;
    }));
  }

  steps() { try { return JSON.parse(localStorage.getItem(this.waitingKey)) || []; } catch { return []; } }
  keepSteps(steps) { if (steps.length) { localStorage.setItem(this.waitingKey, JSON.stringify(steps)); } else { localStorage.removeItem(this.waitingKey); } }

  decide(word) {
    const id = `${Date.now()}-${Math.random()}`;
    this.keepSteps([...this.steps(), { id, word }]);
    return this.deliver(id, word);
  }

  deliver(id, word) {
    return this.queue(() => this.send("POST", "/decisions", { version: this.version, ...word })).then((found) => {
      this.keepSteps(this.steps().filter((step) => step.id !== id));
      this.version = found.version;
      this.view.standing(found);
    }, async (error) => {
      if (error.status !== 401 && error.message !== "") { this.keepSteps(this.steps().filter((step) => step.id !== id)); }
      throw error.message === "" ? "" : await this.refused(error);
    });
  }

  // after a lost session or window: what was typed, and what was decided and did not arrive
  restore(told) {
    if (this.boxes) {
      const [remark, lesson] = this.boxes;
      let typed = null;
      try { typed = JSON.parse(localStorage.getItem(this.typedKey)); } catch { typed = null; }
      if (!this.restored) {
        remark.value = typed ? typed.remark : told.remark; lesson.value = typed ? typed.lesson : told.lesson;
        if (lesson.value) { document.getElementById("lesson-box").hidden = false; }
        if (typed && (typed.remark !== told.remark || typed.lesson !== told.lesson)) { this.say("已恢复未保存的内容"); this.typed(); }
        const steps = this.steps();
        for (const step of steps) { this.deliver(step.id, step.word).then(() => { if (!this.steps().length) { location.reload(); } }, () => {}); }
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
    localStorage.setItem(this.typedKey, JSON.stringify({ remark: remark.value, lesson: lesson.value }));
    this.say("未保存");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keepWords(), QUIET);
  }

  keepWords() {
    const [remark, lesson] = this.boxes.map((box) => box.value);
    this.queue(() => this.send("PUT", "/words", { version: this.version, remark, lesson })).then((found) => {
      this.version = found.version;
      if (this.boxes[0].value === remark && this.boxes[1].value === lesson) { localStorage.removeItem(this.typedKey); this.say("已自动保存"); }
    }, async (error) => { this.say("未保存，已存本机"); if (error.message !== "") { const why = await this.refused(error); if (why) { this.view.tell(why, true); } } });
  }

  reveal() { return this.send("POST", "/reveal"); }

  correct(turn, heard, said) {
    return this.queue(() => this.send("POST", "/corrections", { version: this.version, turn, heard, said })).catch(async (error) => { throw await this.refused(error); });
  }

  sign(remark, lesson, tab) {
    clearTimeout(this.timer);
    localStorage.setItem(this.typedKey, JSON.stringify({ remark, lesson }));
    return this.queue(() => this.send("POST", `/sign?tab=${tab}`, { version: this.version, remark, lesson })).then((found) => { localStorage.removeItem(this.typedKey); return found; }, async (error) => { throw await this.refused(error); });
  }
}
