// A small chart for each score: value upwards, time to the right, below each point the number of attempts behind it,
// where there can be several.
// Between points of unlike scorings there is a dashed line in place of a joining one.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 320, LEFT = 30, RIGHT = 12, TOP = 12, HEIGHT = 104, BASE = TOP + HEIGHT;
const ROOM = 17; // that a number below a point needs
const ASIDE = 18; // between two points of one day

export default function ({ parentElement, data }) {
  const { charts } = data;
  parentElement.querySelector(".trends").replaceChildren(...charts.map((chart) => figure(chart, data)));
}

function figure({ title, told, last, points }, { days, counted, labels }) {
  const element = document.createElement("figure");
  const caption = document.createElement("figcaption");
  const name = document.createElement("span");
  const value = document.createElement("b");
  name.textContent = title;
  value.textContent = last;
  caption.append(name, value);
  if (points.length) return element.append(caption, drawing(told, points, days, counted)), element;
  const none = document.createElement("p");
  none.textContent = labels.none;
  element.append(caption, none);
  return element;
}

function drawing(told, points, days, counted) {
  const svg = make("svg", { viewBox: `0 0 ${WIDTH} ${BASE + 36}`, role: "img", "aria-label": told });
  const step = (WIDTH - LEFT - RIGHT - 20) / Math.max(days.length - 1, 1);
  const x = ({ place, aside }) => LEFT + 10 + step * place + aside * Math.min(ASIDE, step / 2);
  const y = (value) => TOP + HEIGHT * (1 - value / 100);
  for (const value of [0, 50, 100]) {
    svg.append(
      make("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT + 4, y1: y(value), y2: y(value) }),
      make("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, value),
    );
  }
  const line = points.map((point, n) => `${n && !point.unlike ? "L" : "M"}${x(point)} ${y(point.value)}`).join("");
  svg.append(make("path", { class: "line", d: line }));
  const every = Math.ceil(ROOM / step);
  points.forEach((point, n) => {
    const { value, count, told, unlike } = point;
    if (unlike) {
      const between = (x(points[n - 1]) + x(point)) / 2;
      svg.append(make("line", { class: "break", x1: between, x2: between, y1: TOP - 4, y2: BASE + 4 }));
    }
    const dot = make("circle", { class: "dot", cx: x(point), cy: y(value), r: Math.min(3 + count, 6) });
    dot.append(make("title", {}, told));
    svg.append(dot);
    if (counted && (points.length - 1 - n) % every === 0) {
      svg.append(make("text", { x: x(point), y: BASE + 16, "text-anchor": "middle" }, count));
    }
  });
  svg.append(make("text", { x: LEFT, y: BASE + 31 }, days[0]));
  if (days.length > 1 && days.at(-1) !== days[0]) {
    svg.append(make("text", { x: WIDTH - RIGHT + 4, y: BASE + 31, "text-anchor": "end" }, days.at(-1)));
  }
  return svg;
}

function make(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}
