// Loss-curve reader: real runs, each with a fault to be found from its curve.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 560;
const HEIGHT = 280;
const LEFT = 46;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 44;

// Running mean with memory beta, without the pull of its start: beta 0 leaves the values.
export function smooth(values, beta) {
  let [sum, weight] = [0, 0];
  return values.map((value) => {
    sum = beta * sum + (1 - beta) * value;
    weight = beta * weight + (1 - beta);
    return sum / weight;
  });
}

// -> place between 0 and 1 of a value on an axis from low to high
export function place(value, low, high, log) {
  const f = log ? Math.log : (v) => v;
  return high === low ? 0.5 : (f(value) - f(low)) / (f(high) - f(low));
}

// Round numbers from low to high for the marks of an axis.
export function ticks(low, high, log) {
  if (log) {
    const marks = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
      for (const digit of [1, 2, 5]) marks.push(Number((digit * 10 ** power).toPrecision(1)));
    }
    return marks.filter((mark) => mark >= low * 0.999 && mark <= high * 1.001);
  }
  const rough = (high - low) / 4;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((digit) => digit * unit).find((width) => width >= rough);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(6)));
}

// Lowest and highest value to be shown.
export function range(run, references, logY) {
  const all = [...run.losses, ...run.evaluations.map(([, value]) => value)];
  const shown = [...all, ...references.map(({ value }) => value)];
  return { low: logY ? Math.min(...shown) : 0, high: Math.max(...shown) * 1.02 };
}

// What the reader is told after choosing a cause.
export function answer(run, causes, chosen) {
  if (chosen === run.cause) return { right: true, text: `Yes: ${chosen}. ${run.reason}` };
  const { sign } = causes.find(({ name }) => name === chosen);
  return { right: false, text: `Not here. ${sign} Look again.` };
}

export function describe(run, step, beta) {
  const value = smooth(run.losses, beta)[step - 1];
  const done = run.evaluations.filter(([at]) => at <= step).pop();
  const end = done ? `; validation ${done[1].toFixed(2)} at step ${done[0]}` : "";
  return `Step ${step}: training loss ${value.toFixed(2)}${end}.`;
}

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = `lmb-lc-${className}`;
  node.append(...children);
  return node;
}

function drawn(tag, className, attributes, text = "") {
  const node = document.createElementNS(SVG, tag);
  node.setAttribute("class", `lmb-lc-${className}`);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  node.textContent = text;
  return node;
}

function slider(text, options, onInput) {
  const input = element("input", "slider");
  Object.assign(input, { type: "range", ariaLabel: text, ...options });
  const output = element("span", "value");
  input.addEventListener("input", onInput);
  const label = element("span", "label", text, output);
  return { node: element("label", "control", label, input), input, output };
}

function checkbox(text, onChange) {
  const input = element("input", "check");
  input.type = "checkbox";
  input.addEventListener("change", onChange);
  return { node: element("label", "tick-box", input, text), input };
}

function live(className) {
  const node = element("p", className);
  node.setAttribute("role", "status");
  node.setAttribute("aria-live", "polite");
  return node;
}

let instances = 0;

class Explorer {
  constructor(model) {
    [this.runs, this.causes, this.references] = ["runs", "causes", "references"].map((name) =>
      model.get(name));
    instances += 1;
    this.name = `lmb-lc-${instances}-${Math.random().toString(36).slice(2)}`;
    this.select = element("select", "select");
    this.runs.forEach((_, i) => this.select.append(new Option(`Run ${i + 1}`, String(i))));
    this.select.addEventListener("change", () => this.choose());
    this.back = this.button("←", "Previous run", -1);
    this.on = this.button("→", "Next run", 1);
    const draw = () => this.draw();
    this.smoothing = slider("Smoothing", { min: 0, max: 0.95, step: 0.05, value: 0.5 }, draw);
    this.step = slider("Step", { min: 1, step: 1 }, draw);
    this.logX = checkbox("logarithmic steps", draw);
    this.logY = checkbox("logarithmic loss", draw);
    this.plot = drawn("svg", "plot", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
    this.status = live("status");
    this.verdict = live("verdict");
    this.found = new Set();
    this.score = element("p", "score");
  }

  button(text, label, move) {
    const node = element("button", "button", text);
    node.type = "button";
    node.setAttribute("aria-label", label);
    node.addEventListener("click", () => {
      const n = this.runs.length;
      this.select.value = String((Number(this.select.value) + move + n) % n);
      this.choose();
    });
    return node;
  }

  view() {
    const select = element("label", "control", element("span", "label", "Run"), this.select);
    const row = element("div", "row", select, this.back, this.on);
    const boxes = element("div", "boxes", this.logX.node, this.logY.node);
    const sliders = element("div", "controls", this.smoothing.node, this.step.node);
    const keys = element("p", "keys");
    for (const [kind, text] of [
      ["raw", "training loss"], ["line", "smoothed"], ["dot", "validation"],
    ]) {
      keys.append(element("span", "key", element("span", `swatch lmb-lc-${kind}-key`), text));
    }
    keys.setAttribute("aria-hidden", "true");
    const section = element(
      "section", "explorer", row, keys, this.plot, sliders, boxes, this.status, this.makeChoices(),
      this.verdict, this.score,
    );
    section.setAttribute("aria-label", "Loss-curve reader: what is wrong with this run?");
    this.choose();
    return section;
  }

  makeChoices() {
    this.radios = this.causes.map(({ name }) => {
      const input = element("input", "radio");
      Object.assign(input, { type: "radio", name: this.name, value: name });
      input.addEventListener("change", () => this.judge(name));
      return input;
    });
    const labels = this.radios.map((input) => element("label", "choice", input, input.value));
    const legend = element("legend", "legend", "What is wrong with this run?");
    return element("fieldset", "choices", legend, ...labels);
  }

  get run() {
    return this.runs[Number(this.select.value)];
  }

  choose() {
    this.radios.forEach((input) => {
      input.checked = false;
    });
    this.verdict.textContent = "";
    this.verdict.removeAttribute("data-right");
    this.step.input.max = String(this.run.losses.length);
    this.step.input.value = String(this.run.losses.length);
    this.tell();
    this.draw();
  }

  judge(name) {
    const { right, text } = answer(this.run, this.causes, name);
    if (right) this.found.add(Number(this.select.value));
    this.verdict.textContent = text;
    this.verdict.setAttribute("data-right", String(right));
    this.tell();
  }

  tell() {
    this.score.textContent = `${this.found.size} of ${this.runs.length} runs explained.`;
  }

  draw() {
    const { run } = this;
    const beta = Number(this.smoothing.input.value);
    const at = Number(this.step.input.value);
    this.smoothing.output.textContent = beta.toFixed(2);
    this.step.output.textContent = String(at);
    const said = describe(run, at, beta);
    this.status.textContent = said;
    this.step.input.setAttribute("aria-valuetext", said);
    const { low, high } = range(run, this.references, this.logY.input.checked);
    const n = run.losses.length;
    const x = (step) =>
      LEFT + place(step, 1, n, this.logX.input.checked) * (WIDTH - LEFT - RIGHT);
    const y = (value) =>
      HEIGHT - BOTTOM
      - place(value, low, high, this.logY.input.checked) * (HEIGHT - TOP - BOTTOM);
    const points = (values) =>
      values.map((value, i) => `${x(i + 1).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
    this.plot.replaceChildren(
      ...this.frame(x, y, n, low, high),
      drawn("polyline", "raw", { points: points(run.losses) }),
      drawn("polyline", "line", { points: points(smooth(run.losses, beta)) }),
      ...run.evaluations.map(([step, value]) =>
        drawn("circle", "dot", { cx: x(step).toFixed(1), cy: y(value).toFixed(1), r: 4 })),
      drawn("line", "cursor", { x1: x(at), x2: x(at), y1: TOP, y2: HEIGHT - BOTTOM }),
    );
    const first = run.losses[0].toFixed(2);
    const label = `Loss over ${n} steps, from ${first}. ${describe(run, n, beta)}`;
    this.plot.setAttribute("aria-label", label);
  }

  frame(x, y, n, low, high) {
    const nodes = [];
    for (const mark of ticks(low, high, this.logY.input.checked)) {
      nodes.push(drawn("line", "grid", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(mark), y2: y(mark) }));
      const spot = { x: LEFT - 6, y: y(mark) + 5, "text-anchor": "end" };
      nodes.push(drawn("text", "tick", spot, String(mark)));
    }
    for (const mark of ticks(1, n, this.logX.input.checked)) {
      const spot = { x: x(mark), y: HEIGHT - BOTTOM + 19, "text-anchor": "middle" };
      nodes.push(drawn("text", "tick", spot, String(mark)));
    }
    for (const { name, value } of this.references) {
      const line = { x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value) };
      nodes.push(drawn("line", "reference", line));
      const spot = { x: WIDTH - RIGHT, y: y(value) - 5, "text-anchor": "end" };
      nodes.push(drawn("text", "tick", spot, name));
    }
    const middle = { x: (LEFT + WIDTH) / 2, y: HEIGHT - 6, "text-anchor": "middle" };
    nodes.push(drawn("text", "tick", middle, "step (loss in nats per token)"));
    return nodes;
  }
}

export default {
  render({ model, el }) {
    el.replaceChildren(new Explorer(model).view());
  },
};
