// Path of λ: choose a regulariser, move λ, and see score against forgetting.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 560;
const HEIGHT = 300;
const LEFT = 50;
const RIGHT = 14;
const TOP = 12;
const BOTTOM = 46;
const SHAPES = ["square", "circle", "diamond", "triangle"];

// Means over seeds of a strength's runs: score from 0 to 1, and nats above the start.
export function point(runs, start) {
  const mean = (at) => runs.reduce((sum, run) => sum + run[at], 0) / runs.length;
  return { score: mean(0), forgetting: mean(1) - start };
}

// Every mean of every path, in order: { name, strength, score, forgetting }.
export function points(paths, start) {
  return paths.flatMap(({ name, strengths, runs }) =>
    strengths.map((strength, i) => ({ name, strength, ...point(runs[i], start) })));
}

// The points that are no worse on both counts and better on one.
export function beating(all, { score, forgetting }) {
  return all.filter((other) => {
    const noWorse = other.score >= score && other.forgetting <= forgetting;
    return noWorse && (other.score > score || other.forgetting < forgetting);
  });
}

export function percent(share) {
  return (100 * share).toFixed(1);
}

// 0.0001 -> "0.0001", 1 -> "1": λ as it was given
export function strengthText(strength) {
  return String(Number(strength.toPrecision(3)));
}

// Round numbers from low to high for the marks of an axis.
export function ticks(low, high) {
  const rough = (high - low) / 4;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((digit) => digit * unit).find((width) => width >= rough);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(6)));
}

// Lowest and highest value with a margin; a single value gets an axis of its own.
export function span(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = high > low ? 0.06 * (high - low) : 0.5;
  return { low: low - margin, high: high + margin };
}

// The scores of the seeds: "69.1 to 71.0 % over 3 seeds"; of one seed nothing.
export function spread(runs) {
  if (runs.length < 2) return "";
  const scores = runs.map(([score]) => score);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  return ` (${percent(low)} to ${percent(high)} % over ${runs.length} seeds)`;
}

function signed(value, digits) {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(digits)}`;
}

// "KL, λ = 0.3: score 70.2 % (…), 0.41 nats forgotten. Against λ = 0: −1.0 points, −0.90 nats."
export function describe(path, at, start) {
  const { score, forgetting } = point(path.runs[at], start);
  const here = `${path.name}, λ = ${strengthText(path.strengths[at])}`;
  const found = `score ${percent(score)} %${spread(path.runs[at])}`;
  const text = `${here}: ${found}, ${forgetting.toFixed(2)} nats forgotten.`;
  if (at === 0) return text;
  const first = point(path.runs[0], start);
  const points100 = signed(100 * (score - first.score), 1);
  const nats = signed(forgetting - first.forgetting, 2);
  const against = `Against λ = ${strengthText(path.strengths[0])}`;
  return `${text} ${against}: ${points100} points, ${nats} nats.`;
}

// What beats this mean on both counts, or that nothing does.
export function judge(all, here) {
  const better = beating(all, here);
  if (better.length === 0) return "No other recorded mean is better on both counts.";
  const names = better.map(({ name, strength }) => `${name} ${strengthText(strength)}`);
  return `Better on both counts: ${[...new Set(names)].join(", ")}.`;
}

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = `lmb-lp-${className}`;
  node.append(...children);
  return node;
}

function drawn(tag, className, attributes, text = "") {
  const node = document.createElementNS(SVG, tag);
  node.setAttribute("class", `lmb-lp-${className}`);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  node.textContent = text;
  return node;
}

// A mark of the path's own shape around (x, y): shapes differ where colours may not.
function mark(shape, className, x, y, r) {
  if (shape === "circle") return drawn("circle", className, { cx: x, cy: y, r });
  const corners = {
    square: [[-1, -1], [1, -1], [1, 1], [-1, 1]],
    diamond: [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
    triangle: [[0, -1.2], [1.2, 1], [-1.2, 1]],
  }[shape];
  const spots = corners.map(([dx, dy]) => `${x + r * dx},${y + r * dy}`);
  return drawn("polygon", className, { points: spots.join(" ") });
}

class Explorer {
  constructor(model) {
    this.paths = model.get("paths");
    this.start = model.get("start");
    this.all = points(this.paths, this.start);
    this.select = element("select", "select");
    this.paths.forEach(({ name }, i) => this.select.append(new Option(name, String(i))));
    this.select.addEventListener("change", () => this.choose());
    this.slider = element("input", "slider");
    Object.assign(this.slider, { type: "range", min: "0", step: "1" });
    this.slider.setAttribute("aria-label", "Strength λ");
    this.slider.addEventListener("input", () => this.draw());
    this.output = element("span", "value");
    this.plot = drawn("svg", "plot", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
    this.status = element("p", "status");
    this.status.setAttribute("role", "status");
    this.status.setAttribute("aria-live", "polite");
    this.verdict = element("p", "verdict");
  }

  view() {
    const name = element("span", "label", "Regulariser");
    const select = element("label", "control", name, this.select);
    const strength = element("span", "label", "Strength λ", this.output);
    const slider = element("label", "control", strength, this.slider);
    const how =
      "Each mark is a strength λ, averaged over seeds; small dots are the seeds of the chosen " +
      "one. Better is up and to the left. With the keyboard: arrow keys on the slider move λ.";
    const controls = element("div", "controls", select, slider);
    const section = element(
      "section", "explorer", controls, this.keys(), this.plot, this.status, this.verdict,
      element("p", "hint", how),
    );
    section.setAttribute("aria-label", "Path of λ: score on the task against forgetting");
    this.choose();
    return section;
  }

  keys() {
    const keys = this.paths.map(({ name }, i) => {
      const shown = drawn("svg", "swatch", { viewBox: "0 0 16 16" });
      shown.append(mark(SHAPES[i % SHAPES.length], "mark", 8, 8, 5));
      return element("span", "key", shown, name);
    });
    const list = element("p", "keys", ...keys);
    list.setAttribute("aria-hidden", "true");
    return list;
  }

  choose() {
    const { strengths } = this.paths[Number(this.select.value)];
    this.slider.max = String(strengths.length - 1);
    this.slider.value = "0";
    this.draw();
  }

  draw() {
    const chosen = Number(this.select.value);
    const at = Number(this.slider.value);
    const path = this.paths[chosen];
    const said = describe(path, at, this.start);
    this.output.textContent = strengthText(path.strengths[at]);
    this.slider.setAttribute("aria-valuetext", said);
    this.status.textContent = said;
    this.verdict.textContent = judge(this.all, point(path.runs[at], this.start));
    this.plot.setAttribute("aria-label", `Score against nats forgotten. ${said}`);
    this.paint(chosen, at);
  }

  paint(chosen, at) {
    const runs = this.paths.flatMap((path) => path.runs.flat());
    const wide = span(runs.map(([, loss]) => loss - this.start));
    const tall = span(runs.map(([score]) => 100 * score));
    const x = (nats) =>
      LEFT + ((nats - wide.low) / (wide.high - wide.low)) * (WIDTH - LEFT - RIGHT);
    const y = (score) =>
      HEIGHT - BOTTOM
      - ((100 * score - tall.low) / (tall.high - tall.low)) * (HEIGHT - TOP - BOTTOM);
    const nodes = this.frame(x, y, wide, tall);
    const order = this.paths.map((_, i) => i).filter((i) => i !== chosen);
    for (const i of [...order, chosen]) {
      const kind = i === chosen ? "chosen" : "other";
      const means = this.paths[i].runs.map((each) => point(each, this.start));
      const line = means.map(({ score, forgetting }) => `${x(forgetting)},${y(score)}`).join(" ");
      nodes.push(drawn("polyline", `line lmb-lp-${kind}`, { points: line }));
      means.forEach(({ score, forgetting }) => {
        const shape = SHAPES[i % SHAPES.length];
        nodes.push(mark(shape, `mark lmb-lp-${kind}`, x(forgetting), y(score), 4.5));
      });
    }
    for (const [score, loss] of this.paths[chosen].runs[at]) {
      nodes.push(drawn("circle", "seed", { cx: x(loss - this.start), cy: y(score), r: 3 }));
    }
    const here = point(this.paths[chosen].runs[at], this.start);
    nodes.push(drawn("circle", "ring", { cx: x(here.forgetting), cy: y(here.score), r: 11 }));
    this.plot.replaceChildren(...nodes);
  }

  frame(x, y, wide, tall) {
    const nodes = [];
    for (const value of ticks(tall.low, tall.high)) {
      const at = y(value / 100);
      nodes.push(drawn("line", "grid", { x1: LEFT, x2: WIDTH - RIGHT, y1: at, y2: at }));
      const spot = { x: LEFT - 6, y: at + 5, "text-anchor": "end" };
      nodes.push(drawn("text", "tick", spot, `${value}%`));
    }
    for (const value of ticks(wide.low, wide.high)) {
      const spot = { x: x(value), y: HEIGHT - BOTTOM + 19, "text-anchor": "middle" };
      nodes.push(drawn("text", "tick", spot, String(value).replace("-", "−")));
    }
    const middle = { x: (LEFT + WIDTH) / 2, y: HEIGHT - 6, "text-anchor": "middle" };
    nodes.push(drawn("text", "tick", middle, "nats forgotten (up: score on the task)"));
    return nodes;
  }
}

export default {
  render({ model, el }) {
    el.replaceChildren(new Explorer(model).view());
  },
};
