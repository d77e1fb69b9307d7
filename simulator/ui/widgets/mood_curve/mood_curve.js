// The mood over the replies, each reply with its mark. The replies are a radio group: click, or Tab and arrow keys.

const SVG = "http://www.w3.org/2000/svg";
const PARTS = ["anger", "confusion", "trust"];
const LEFT = 34, TOP = 14, HEIGHT = 190, SIGNS = 30, BOTTOM = 22;

export default function ({ parentElement, data, setStateValue }) {
  const plot = parentElement.querySelector(".plot");
  const hadFocus = plot.contains(parentElement.activeElement);
  const draw = () => {
    const width = Math.max(280, Math.min(900, plot.clientWidth - 14 || 600));
    plot.replaceChildren(chart(data, width, (number) => setStateValue("reply", number)));
    if (hadFocus) plot.querySelector('[aria-checked="true"]')?.focus();
  };
  draw();
  parentElement.querySelector(".legend").replaceChildren(...legend(data));
  const stop = (event) => event.stopPropagation();
  parentElement.addEventListener("keydown", stop);
  const watcher = new ResizeObserver(() => {
    const shown = plot.querySelector("svg")?.viewBox.baseVal.width;
    if (shown && Math.abs(shown - (plot.clientWidth - 14)) > 24 && plot.clientWidth < 914) draw();
  });
  watcher.observe(plot);
  return () => {
    watcher.disconnect();
    parentElement.removeEventListener("keydown", stop);
  };
}

function chart(data, width, choose) {
  const { start, replies, other, labels, selected } = data;
  const height = TOP + HEIGHT + SIGNS + BOTTOM;
  const step = (width - LEFT - 18) / Math.max(replies.length, other.length - 1, 1);
  const x = (place) => LEFT + 8 + step * place;
  const y = (value) => TOP + HEIGHT * (1 - value / 100);
  const svg = make("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "radiogroup", "aria-label": labels.chart });
  for (const value of [0, 25, 50, 75, 100]) {
    svg.append(
      make("line", { class: "grid", x1: LEFT, x2: width - 6, y1: y(value), y2: y(value) }),
      make("text", { class: "axis", x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, value),
    );
  }
  const groups = replies.map((reply, place) => {
    const chosen = reply.number === selected;
    const group = make("g", {
      class: "reply", role: "radio", tabindex: chosen || (!selected && place === 0) ? 0 : -1, "aria-checked": chosen,
      "aria-label": reply.label, "data-reply": reply.number,
    });
    const room = Math.min(step, 54);
    group.append(make("rect", { class: "hit", x: x(place + 1) - room / 2, y: TOP - 8, width: room, height: HEIGHT + SIGNS + BOTTOM + 4, rx: 7 }));
    group.onclick = () => choose(reply.number);
    group.onkeydown = (event) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (by) choose(replies[(place + by + replies.length) % replies.length].number);
      if (event.key === " " || event.key === "Enter") choose(reply.number);
      if (by || event.key === " " || event.key === "Enter") event.preventDefault();
    };
    return group;
  });
  svg.append(...groups);
  const line = (moods, part, branch) => {
    const d = moods.map((mood, place) => `${place ? "L" : "M"}${x(place)} ${y(mood[part])}`).join("");
    svg.append(make("path", { class: "line", "data-part": part, "data-branch": branch, d, "pointer-events": "none" }));
  };
  for (const part of ["trust", "anger"]) if (other.length) line(other, part, "other");
  for (const part of PARTS.toReversed()) line([start, ...replies.map((reply) => reply.mood)], part, "this");
  const every = Math.ceil(18 / step);
  replies.forEach((reply, place) => {
    const at = `translate(${x(place + 1)} ${TOP + HEIGHT + 20}) scale(${Math.min(1, step / 21)})`;
    const sign = make("path", { class: "sign", d: data.marks[reply.mark].shape, transform: at, "pointer-events": "none" });
    sign.style.fill = `var(--tc-mark-${reply.mark})`;
    groups[place].append(sign);
    if (place % every === 0) {
      groups[place].append(make("text", { class: "axis number", x: x(place + 1), y: height - 8, "text-anchor": "middle" }, reply.number));
    }
  });
  return svg;
}

function legend({ labels, marks, other }) {
  const sample = (part, branch) => {
    const svg = make("svg", { viewBox: "0 0 28 14", "aria-hidden": "true" });
    svg.append(make("path", { class: "line", "data-part": part, "data-branch": branch, d: "M2 7H26" }));
    return svg;
  };
  const lines = PARTS.map((part) => entry(sample(part, "this"), labels[part]));
  if (other.length) lines.push(entry(sample("anger", "other"), labels.other));
  const signs = Object.entries(marks).map(([name, { shape, label }]) => {
    const svg = make("svg", { class: "shape", viewBox: "-10 -10 20 20", "aria-hidden": "true" });
    const path = make("path", { d: shape });
    path.style.fill = `var(--tc-mark-${name})`;
    svg.append(path);
    return entry(svg, label);
  });
  return [...lines, ...signs];
}

function entry(picture, text) {
  const element = document.createElement("span");
  element.append(picture, text);
  return element;
}

function make(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}
