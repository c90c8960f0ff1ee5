// Path of λ: choose a regulariser, move λ, and see score against forgetting.

const PLOT = { width: 560, height: 300, left: 50, right: 14, top: 12, bottom: 46 };
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
    this.path = choice("Regulariser", this.paths.map(({ name }) => name), () => this.choose());
    this.strength = slider("Strength λ", {}, () => this.draw());
    const viewBox = `0 0 ${PLOT.width} ${PLOT.height}`;
    this.plot = drawn("svg", "plot", { viewBox, role: "img" });
    this.status = live();
    this.verdict = element("p", "verdict");
  }

  view() {
    const how =
      "Each mark is a strength λ, averaged over seeds; small dots are the seeds of the chosen " +
      "one. Better is up and to the left. With the keyboard: arrow keys on the slider move λ.";
    const controls = element("div", "controls", this.path.node, this.strength.node);
    const shapes = this.paths.map(({ name }, i) => {
      const shown = drawn("svg", "shape", { viewBox: "0 0 16 16" });
      shown.append(mark(SHAPES[i % SHAPES.length], "mark", 8, 8, 5));
      return [shown, name];
    });
    const parts = [controls, keys(...shapes), this.plot, this.status, this.verdict];
    this.choose();
    const name = "Path of λ: score on the task against forgetting";
    return section(name, ...parts, element("p", "hint", how));
  }

  choose() {
    const { strengths } = this.paths[this.path.input.selectedIndex];
    this.strength.input.max = strengths.length - 1;
    this.strength.input.value = 0;
    this.draw();
  }

  draw() {
    const chosen = this.path.input.selectedIndex;
    const at = Number(this.strength.input.value);
    const path = this.paths[chosen];
    const said = describe(path, at, this.start);
    this.strength.output.textContent = strengthText(path.strengths[at]);
    this.strength.input.setAttribute("aria-valuetext", said);
    this.status.textContent = said;
    this.verdict.textContent = judge(this.all, point(path.runs[at], this.start));
    named(this.plot, `Score against nats forgotten. ${said}`);
    this.paint(chosen, at);
  }

  paint(chosen, at) {
    const { width, height, left, right, top, bottom } = PLOT;
    const runs = this.paths.flatMap((path) => path.runs.flat());
    const wide = span(runs.map(([, loss]) => loss - this.start));
    const tall = span(runs.map(([score]) => 100 * score));
    const share = (value, { low, high }) => (value - low) / (high - low);
    const x = (nats) => left + share(nats, wide) * (width - left - right);
    const y = (score) => height - bottom - share(100 * score, tall) * (height - top - bottom);
    const across = ticks(wide.low, wide.high).map((value) => [x(value), value]);
    const up = ticks(tall.low, tall.high).map((value) => [y(value / 100), `${value}%`]);
    const nodes = frame(PLOT, across, up, "nats forgotten (up: score on the task)");
    const order = this.paths.map((_, i) => i).filter((i) => i !== chosen);
    for (const i of [...order, chosen]) {
      const kind = i === chosen ? "chosen" : "other";
      const means = this.paths[i].runs.map((each) => point(each, this.start));
      const line = means.map(({ score, forgetting }) => [x(forgetting), y(score)]);
      nodes.push(drawn("polyline", `line ${kind}`, { points: pointList(line) }));
      const shape = SHAPES[i % SHAPES.length];
      nodes.push(...line.map(([cx, cy]) => mark(shape, `mark ${kind}`, cx, cy, 4.5)));
    }
    for (const [score, loss] of this.paths[chosen].runs[at]) {
      nodes.push(drawn("circle", "seed", { cx: x(loss - this.start), cy: y(score), r: 3 }));
    }
    const here = point(this.paths[chosen].runs[at], this.start);
    nodes.push(drawn("circle", "ring", { cx: x(here.forgetting), cy: y(here.score), r: 11 }));
    this.plot.replaceChildren(...nodes);
  }
}
