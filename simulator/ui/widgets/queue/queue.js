// The chats of a shift. Streamlit calls the default export again with every new `data`; what has to live between two
// calls is kept in a Queue by its container.

const DRAW_EVERY = 500; // ms

const queues = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  let queue = queues.get(parentElement);
  if (!queue) queues.set(parentElement, (queue = new Queue(parentElement)));
  queue.update(data, setTriggerValue);
  return () => queue.dispose();
}

class Queue {
  constructor(root) {
    this.root = root;
    this.nav = root.querySelector(".queue");
    this.news = root.querySelector(".news");
    this.before = null; // turns by attempt, as last shown
    this.asker = new Asker();
    // In the capture phase: the chat keeps its keys to itself.
    this.onkey = (event) => this.key(event);
    document.addEventListener("keydown", this.onkey, true);
    this.drawing = setInterval(() => this.draw(), DRAW_EVERY);
  }

  dispose() {
    document.removeEventListener("keydown", this.onkey, true);
    clearInterval(this.drawing);
    clearTimeout(this.due);
    this.asker.stop();
    queues.delete(this.root);
  }

  update(data, trigger) {
    this.data = data;
    this.trigger = trigger;
    this.receivedAt = performance.now();
    this.asked = false;
    this.asker.stop();
    const { chats, labels } = data;
    this.nav.setAttribute("aria-label", labels.queue);
    this.nav.title = labels.keys;
    while (this.nav.children.length > chats.length) this.nav.lastChild.remove();
    while (this.nav.children.length < chats.length) this.nav.append(this.button());
    this.announce();
    this.draw();
    clearTimeout(this.due);
    if (data.due !== null) {
      this.due = setTimeout(() => this.tick(), data.due * 1000 + 200);
    }
  }

  button() {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.testid = "queue-chat";
    for (const name of ["key", "name", "state", "title", "hidden"]) {
      const part = document.createElement("span");
      part.className = name;
      button.append(part);
    }
    button.firstChild.setAttribute("aria-hidden", "true");
    button.onclick = () => this.choose(Number(button.dataset.place));
    return button;
  }

  draw() {
    const { chats, labels, selected, paused } = this.data;
    const since = paused ? 0 : (performance.now() - this.receivedAt) / 1000;
    chats.forEach((chat, n) => {
      const button = this.nav.children[n];
      const [key, name, state, title, hidden] = button.children;
      const current = chat.place === selected;
      const unread = !current && !chat.ended && chat.turns > Math.max(chat.read, seen(chat.attempt));
      button.dataset.place = chat.place;
      button.setAttribute("aria-current", current);
      button.setAttribute("aria-keyshortcuts", `Alt+${n + 1}`);
      button.toggleAttribute("data-ended", Boolean(chat.ended));
      write(key, n + 1);
      write(name, chat.name);
      write(title, chat.title);
      name.toggleAttribute("data-unread", unread);
      write(hidden, unread ? labels.unread : "");
      const band = this.band(chat, since);
      if (band) state.dataset.band = band;
      else delete state.dataset.band;
      write(state, this.state(chat, since, band));
    });
    this.follow();
  }

  band(chat, since) {
    if (chat.ended || chat.waited === null || chat.place === this.data.selected) return null;
    const waited = chat.waited + since;
    return waited <= chat.strong ? "strong" : waited <= chat.good ? "good" : "late";
  }

  state(chat, since, band) {
    const { labels, paused, selected } = this.data;
    if (chat.ended) return chat.ended;
    if (chat.place === selected) return labels.open; // its clock is in the chat
    if (chat.writing) return labels.writing;
    if (paused) return labels.paused;
    if (chat.waited === null) return labels.waits;
    const time = clockTime(chat.waited + since);
    return band === "late" ? `${time} ${labels.late}` : time;
  }

  // The open chat tells how much of it is shown; if that is more than is known here, the queue has to be brought along.
  follow() {
    const open = this.data.chats.find((chat) => chat.place === this.data.selected);
    if (!this.asked && open && seen(open.attempt) > open.turns) {
      this.asked = true;
      this.tick();
    }
  }

  tick() {
    this.asker.start(() => this.trigger("tick", this.data.serial));
  }

  announce() {
    const { chats, labels, selected } = this.data;
    const now = new Map(chats.map((chat) => [chat.attempt, chat]));
    const told = [];
    for (const [attempt, chat] of now) {
      const known = this.before?.get(attempt);
      const say = (text) => told.push(text.replace("{name}", chat.name));
      if (this.before && !known) say(labels.arrived);
      else if (known && chat.ended && !known.ended) say(labels.ended);
      else if (known && chat.place !== selected && chat.turns > known.turns) say(labels.wrote);
    }
    if (told.length) this.news.textContent = told.join(". ");
    this.before = now;
  }

  key(event) {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const { chats, selected } = this.data;
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!digit && !by) return;
    const at = chats.findIndex((chat) => chat.place === selected);
    const wanted = digit ? chats[digit - 1] : chats[(at + by + chats.length) % chats.length];
    event.preventDefault();
    event.stopPropagation();
    if (wanted) this.choose(wanted.place);
  }

  choose(place) {
    if (place === this.data.selected) return;
    focused()?.blur(); // the chat that opens takes the focus, if nobody has it
    this.asker.start(() => this.trigger("choice", place));
  }
}

// The chat keeps here how many turns of an attempt it has shown in this tab.
const seen = (attempt) => Number(JSON.parse(sessionStorage.getItem(`tough-customer:${attempt}:seen`) ?? "0"));

function focused() {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}

function write(element, text) {
  const wanted = String(text);
  if (element.textContent !== wanted) element.textContent = wanted;
}
