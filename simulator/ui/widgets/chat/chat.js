// The conversation: log, composer, clock. Streamlit calls the default export again with every new `data`; what has to
// live between two calls is kept in a Chat by its container. Texts are put in by textContent only.

const NEAR_LIMIT = 2000; // characters left from which on they are counted down
const UNSENT_AFTER = 3; // tries without an acknowledgement; a reply keeps its id, so the server takes it once
const TYPES_BEFORE = 4000; // ms that the customer types before it reacts to silence
const GAP = /\[[^\[\]\n]*\p{L}[^\[\]\n]*\]/gu; // "[order number]": what a macro leaves open

const PARTS = {
  log: ".log", ended: ".ended", form: ".composer", row: ".row", text: "textarea", button: ".send", hint: ".hint",
  clock: ".clock", paused: ".paused", unsent: ".unsent", again: ".unsent button",
};

const chats = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  let chat = chats.get(parentElement);
  if (!chat || chat.data.attempt !== data.attempt || chat.data.language !== data.language) {
    chat?.dispose();
    chat = new Chat(parentElement, data);
    chats.set(parentElement, chat);
  }
  chat.update(data, setTriggerValue);
  return () => chat.dispose();
}

class Chat {
  constructor(root, data) {
    this.data = data;
    this.root = root;
    for (const [name, selector] of Object.entries(PARTS)) this[name] = root.querySelector(selector);
    this.log.replaceChildren();
    this.shown = 0; // turns in the log
    this.asked = null; // place of the message that a reply would answer
    this.shownAt = null; // performance.now() when that message was fully shown
    this.pausedAt = null; // performance.now() when the pause began
    this.revealing = null; // place of the message that is being shown
    this.pending = this.recall("pending");
    this.stale = this.pending !== null && !reloadedWithin(60000); // sent before the trainee loaded this page
    this.sends = new Asker();
    this.ticks = new Asker();
    this.draft = new Draft(data.attempt, (text) => this.showDraft(text));
    this.bubble = null;
    this.text.value = this.recall("draft") ?? "";
    this.form.onsubmit = (event) => (event.preventDefault(), this.send());
    this.text.oninput = () => this.edited();
    this.text.onkeydown = (event) => this.key(event);
    this.again.onclick = () => this.post();
    // Streamlit has shortcuts on single letters; they must not see what is typed here. Those with Alt are the page's own.
    root.addEventListener("keydown", stop);
    this.end = new End(this.log);
    this.ticking = setInterval(() => this.drawClock(), 500);
  }

  dispose() {
    clearInterval(this.ticking);
    this.end.stop();
    clearTimeout(this.silence);
    clearTimeout(this.typing);
    this.sends.stop();
    this.ticks.stop();
    clearTimeout(this.reveals);
    this.draft.stop();
    this.root.removeEventListener("keydown", stop);
    chats.delete(this.root);
  }

  update(data, trigger) {
    const first = this.shown === 0;
    this.data = data;
    this.trigger = trigger;
    this.receivedAt = performance.now();
    this.sends.alive();
    this.ticks.stop();
    const { labels } = data;
    this.log.setAttribute("aria-label", labels.log);
    this.text.setAttribute("aria-label", labels.reply);
    this.text.placeholder = labels.placeholder;
    this.button.textContent = labels.send;
    this.again.textContent = labels.again;
    this.paused.textContent = labels.paused;
    this.stopTyping();
    this.settlePending();
    if (data.message !== this.asked) this.shownAt = null;
    this.asked = data.message;
    // Before the turns are shown: a hidden field takes no focus.
    this.form.hidden = Boolean(data.ended) && !this.pending;
    this.row.hidden = Boolean(data.ended);
    this.showTurns(first);
    this.draft.follow(data.writing, () => this.ticks.start(() => this.trigger("tick", this.data.serial)));
    if (this.shownAt === null && this.revealing !== this.asked) {
      this.shownAt = this.receivedAt - data.elapsed * 1000;
    }
    this.hold(data.paused);
    this.insert(data.insert);
    this.ended.hidden = !data.ended;
    this.ended.textContent = data.ended ?? "";
    this.awaitSilence();
    this.edited();
    this.drawClock();
  }

  // Messages

  showTurns(first) {
    const { turns, elapsed } = this.data;
    const opening = first && turns.length === 1 && elapsed < 4 && !this.recall("seen");
    const all = first && !opening;
    for (const [place, turn] of turns.entries()) {
      if (place < this.shown) continue;
      const isNew = !all && turn.role === "customer" && place === turns.length - 1;
      if (turn.role === "customer") this.finishReveal();
      const element = this.message(turn.role, turn.text);
      this.log.append(element);
      if (isNew && this.draft.wasSeen()) this.wasShown(element, place);
      else if (isNew) this.reveal(element, place);
    }
    if (this.shown !== turns.length || first) this.end.show();
    this.shown = turns.length;
    this.keepSeen();
    if (all) this.focus(true);
    if (this.bubble) this.log.append(this.bubble);
  }

  message(role, text) {
    const { labels } = this.data;
    const element = document.createElement("article");
    element.className = "message";
    element.dataset.role = role;
    element.dataset.testid = `message-${role}`;
    const who = document.createElement("span");
    who.className = "who";
    who.textContent = role === "customer" ? labels.customer : labels.you;
    const body = document.createElement("div");
    body.className = "text";
    body.dir = "auto";
    body.textContent = text;
    element.append(who, body);
    return element;
  }

  // A message arrives as it would from a person: dots, then its words. The whole text is in the document from the
  // start of the words on, so that a screen reader reads it once.
  reveal(element, place) {
    const body = element.querySelector(".text");
    const text = body.textContent;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return this.wasShown(element, place);
    body.replaceChildren(typingDots());
    element.dataset.state = "typing";
    this.revealing = place;
    const pieces = text.match(/\s*\S+\s*/g) ?? [text];
    const pause = Math.min(900, 450 + text.length * 2);
    const whole = Math.min(1500, Math.max(400, pieces.length * 45));
    this.unfinished = () => {
      body.textContent = text;
      this.wasShown(element, place);
    };
    this.reveals = setTimeout(() => {
      body.replaceChildren(
        ...pieces.map((piece, place) => {
          const word = document.createElement("span");
          word.className = "word";
          word.style.animationDelay = `${Math.round((whole * place) / pieces.length)}ms`;
          word.textContent = piece;
          return word;
        }),
      );
      element.dataset.state = "speaking";
      this.end.show();
      this.reveals = setTimeout(() => this.wasShown(element, place), whole + 180);
    }, pause);
  }

  wasShown(element, place) {
    clearTimeout(this.reveals);
    this.reveals = this.revealing = this.unfinished = null;
    element.dataset.state = "shown";
    // A nudge, or an answer to "one moment", does not restart the clock: the same message still waits for its answer.
    if (place === this.asked) this.shownAt = performance.now();
    this.keepSeen();
    this.end.show();
    this.drawClock();
    this.focus();
  }

  // A message that is still being typed is not seen yet.
  keepSeen() {
    this.keep("seen", this.revealing ?? this.data.turns.length);
  }

  finishReveal() {
    this.unfinished?.();
  }

  // Whoever works elsewhere is left there; a chat that was just opened takes the focus from all but a field.
  focus(opened = false) {
    if (this.data.ended || matchMedia("(pointer: coarse)").matches) return;
    const active = document.activeElement;
    const free = !active || active === document.body || active === this.root.host;
    const field = active?.closest?.("input, textarea, select, [role=combobox], [role=dialog]");
    if (free || (opened && !field)) this.text.focus({ preventScroll: true });
  }

  // Silence

  awaitSilence() {
    clearTimeout(this.silence);
    const { silence, ended, serial } = this.data;
    if (silence === null || ended) return;
    const left = Math.max(0, silence * 1000);
    this.silence = setTimeout(() => this.ticks.start(() => this.trigger("tick", serial)), left + 150);
    this.typing = setTimeout(() => this.startTyping(), Math.max(0, left - TYPES_BEFORE));
  }

  startTyping() {
    if (this.pending || this.unfinished) return;
    this.dots = this.message("customer", "");
    this.dots.dataset.testid = "chat-typing";
    this.dots.setAttribute("aria-hidden", "true");
    this.dots.querySelector(".text").append(typingDots());
    this.log.append(this.dots);
    this.end.keep();
  }

  // What the customer has written so far; dots while that is nothing.
  showDraft(text) {
    if (!this.dots) this.startTyping();
    const body = this.dots?.querySelector(".text");
    if (!body || body.textContent === text) return;
    if (text) body.textContent = text;
    else body.replaceChildren(typingDots());
    this.end.keep();
  }

  stopTyping() {
    clearTimeout(this.typing);
    this.dots?.remove();
    this.dots = null;
  }

  // Sending

  send() {
    const text = this.text.value;
    const { writing, limit } = this.data;
    if (this.pending || writing || this.pausedAt !== null || !text.trim() || text.length > limit) return;
    const waited = this.shownAt === null ? 0 : (performance.now() - this.shownAt) / 1000;
    this.pending = { send_id: crypto.randomUUID?.() ?? fallbackId(), text, waited };
    this.keep("pending", this.pending);
    this.text.value = "";
    this.keep("draft", null);
    this.stopTyping();
    this.finishReveal();
    this.post();
  }

  post() {
    this.stale = false;
    this.sends.start((times) => {
      if (times === 1) this.drawPending("sending");
      if (times === UNSENT_AFTER) this.drawPending("unsent");
      this.trigger("send", this.pending);
    });
  }

  settlePending() {
    if (!this.pending) return;
    if (this.data.sent.includes(this.pending.send_id)) {
      this.pending = null;
      this.keep("pending", null);
      this.sends.stop();
      this.dropBubble();
      this.unsent.hidden = true;
    } else if (this.stale || this.data.refused === this.pending.send_id || this.data.ended) {
      this.stale = true;
      this.sends.stop();
      this.drawPending("unsent");
    } else if (this.sends.timer === null) this.post();
  }

  drawPending(state) {
    this.dropBubble();
    this.bubble = this.message("agent", this.pending.text);
    this.bubble.dataset.state = state;
    this.bubble.dataset.testid = "message-pending";
    this.log.append(this.bubble);
    this.unsent.hidden = state !== "unsent";
    this.unsent.querySelector("span").textContent = this.data.ended ? this.data.labels.too_late : this.data.labels.unsent;
    this.again.hidden = Boolean(this.data.ended);
    this.edited();
    this.end.show();
  }

  dropBubble() {
    this.bubble?.remove();
    this.bubble = null;
  }

  // Composer

  key(event) {
    if (event.key === "Tab" && !event.shiftKey && this.selectGap(this.text.selectionEnd)) return event.preventDefault();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.send();
  }

  // A macro goes in at the cursor, once; its first gap is selected, and Tab goes on to the next.
  insert(macro) {
    if (!macro || this.recall("inserted") === macro.serial) return;
    this.keep("inserted", macro.serial);
    const { selectionStart: start, selectionEnd: end, value } = this.text;
    const before = start > 0 && !/\s$/.test(value.slice(0, start)) ? "\n" : "";
    this.text.setRangeText(before + macro.text, start, end, "end");
    this.text.focus({ preventScroll: true });
    this.selectGap(start);
    this.edited();
  }

  selectGap(from) {
    GAP.lastIndex = from;
    const gap = GAP.exec(this.text.value);
    if (gap) this.text.setSelectionRange(gap.index, gap.index + gap[0].length);
    return gap !== null;
  }

  edited() {
    const { labels, limit, language, writing } = this.data;
    const text = this.text.value;
    if (!this.pending) this.keep("draft", text || null);
    const busy = Boolean(this.pending) || writing;
    this.button.disabled = busy || this.pausedAt !== null || !text.trim() || text.length > limit;
    const over = text.length - limit;
    this.hint.toggleAttribute("data-over", over > 0);
    this.hint.ariaLive = writing ? "polite" : "off";
    const told =
      over > 0
        ? fill(labels.too_long, { over: over.toLocaleString(language), most: limit.toLocaleString(language) })
        : -over <= NEAR_LIMIT
          ? fill(labels.left, { left: (-over).toLocaleString(language) })
          : writing && text.trim()
            ? labels.writing
            : labels.keys;
    if (this.hint.textContent !== told) this.hint.textContent = told; // else it would be read out again
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight + 2, 224)}px`;
    this.end.keep(); // a field that is measured takes room from the log, and gives it back
  }

  // Clock

  hold(paused) {
    if (paused && this.pausedAt === null) this.pausedAt = performance.now();
    if (!paused && this.pausedAt !== null) {
      if (this.shownAt !== null) this.shownAt += performance.now() - Math.max(this.pausedAt, this.shownAt);
      this.pausedAt = null;
    }
    this.paused.hidden = !paused || Boolean(this.data.ended);
    this.text.readOnly = Boolean(paused);
  }

  drawClock() {
    const { targets, labels, ended, paused } = this.data;
    this.clock.hidden = !targets || paused || Boolean(ended);
    const idle = Boolean(this.pending) || this.data.writing || this.shownAt === null;
    this.clock.toggleAttribute("data-idle", idle);
    if (this.clock.hidden || idle) return;
    drawClock(this.clock, Math.max(0, (performance.now() - this.shownAt) / 1000), targets, labels);
  }

  // What outlives a refresh of this tab

  keep(what, value) {
    const name = `tough-customer:${this.data.attempt}:${what}`;
    if (value === null) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, JSON.stringify(value));
  }

  recall(what) {
    return JSON.parse(sessionStorage.getItem(`tough-customer:${this.data.attempt}:${what}`) ?? "null");
  }
}

const stop = (event) => event.altKey || event.stopPropagation();

function typingDots() {
  const dots = document.createElement("span");
  dots.className = "typing";
  dots.setAttribute("aria-hidden", "true");
  dots.append(...[1, 2, 3].map(() => document.createElement("i")));
  return dots;
}

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// crypto.randomUUID is there on https and localhost only.
const fallbackId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
