// What the customer has written so far. The server puts it into a hidden element beside the chat, which is changed
// without the chat being drawn anew.

const DRAFT_EVERY = 120; // ms between two looks
const OVERDUE = 40000; // ms after which the server has lost sight of the message, and is asked for it

class Draft {
  constructor(attempt, show) {
    this.selector = `[data-draft="${CSS.escape(attempt)}"]`;
    this.show = show;
    this.looking = null;
    this.seen = false;
  }

  // Shows the message as it grows while the customer writes; `ask` is called where the server wants to be asked for
  // more, and when that takes too long.
  follow(writing, ask) {
    this.stop();
    if (!writing) return;
    this.seen = false;
    this.ask = ask;
    this.patience = setTimeout(() => this.ask?.(), OVERDUE);
    this.look();
    this.looking = setInterval(() => this.look(), DRAFT_EVERY);
  }

  look() {
    const draft = document.querySelector(this.selector);
    const text = draft?.textContent ?? "";
    this.seen = Boolean(text);
    this.show(text);
    if (!draft || !("ask" in draft.dataset)) return;
    this.ask?.();
    this.ask = null; // once: the chat is drawn anew then
  }

  stop() {
    clearInterval(this.looking);
    clearTimeout(this.patience);
  }

  // Whether the message that has come now was seen while it was written: asked once a message.
  wasSeen() {
    const { seen } = this;
    this.seen = false;
    return seen;
  }
}
