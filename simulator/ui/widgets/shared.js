// What the widgets share: this stands before the script of each.

const ASK_EVERY = 4000; // ms
const BACK_FOR = 8000; // ms that the server can be reached and still does not answer

// What a widget asks of the server, until the server answers.
//
// While the connection is down, what is sent is dropped without a word. And a server that was started anew does not
// know the parts of the page that ask, until the whole page is drawn again.
class Asker {
  constructor() {
    this.timer = null;
    this.backSince = null;
  }

  // Calls `ask` with 1, and again with 2, 3 and so on, until the server has answered.
  start(ask) {
    this.stop();
    const again = (times) => {
      ask(times);
      if (times > 1) this.look();
      this.timer = setTimeout(() => again(times + 1), ASK_EVERY);
    };
    again(1);
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = null;
    this.alive();
  }

  // The server has drawn this widget, whether or not that was an answer.
  alive() {
    this.backSince = null;
    this.round = {};
  }

  async look() {
    const { round } = this;
    const url = new URL("_stcore/health", location.href);
    const there = await fetch(url, { cache: "no-store" }).then((answer) => answer.ok, () => false);
    if (round !== this.round) return;
    const now = Date.now();
    this.backSince = there ? (this.backSince ?? now) : null;
    if (!there || now - this.backSince < BACK_FOR || reloadedWithin(60000)) return;
    sessionStorage.setItem(RELOADED, now);
    location.reload();
  }
}

const RELOADED = "tough-customer:reloaded";

// Whether an asker has loaded the page again in these last milliseconds.
function reloadedWithin(span) {
  return Date.now() - Number(sessionStorage.getItem(RELOADED) ?? "0") < span;
}

// Seconds as a clock shows them: "0:42", "2:10:00".
function clockTime(seconds) {
  const whole = Math.floor(seconds);
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}
