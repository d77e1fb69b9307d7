// Keeps the end of a box in sight as it fills and as its size changes, unless the reader has scrolled up.

const NEAR = 48; // px from the end that still count as the end

class End {
  constructor(box) {
    this.box = box;
    this.kept = true;
    this.top = 0; // where the box stood when it was last looked at
    box.onscroll = () => this.scrolled();
    this.watcher = new ResizeObserver(() => this.keep());
    this.watcher.observe(box);
  }

  stop() {
    this.watcher.disconnect();
  }

  // A box that has become smaller is not at its end either, but nobody has scrolled it up.
  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.box;
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.kept = true;
    else if (scrollTop < this.top) this.kept = false;
    this.top = scrollTop;
  }

  keep() {
    if (this.kept) this.show();
  }

  show() {
    this.kept = true;
    this.box.scrollTop = this.box.scrollHeight;
    this.top = this.box.scrollTop;
  }
}
