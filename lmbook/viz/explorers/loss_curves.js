// Loss-curve reader: real runs, each with a fault to be found from its curve.

const PLOT = { width: 560, height: 280, left: 46, right: 12, top: 10, bottom: 44 };

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

let instances = 0;

class Explorer {
  constructor(model) {
    [this.runs, this.causes, this.references] = ["runs", "causes", "references"].map((name) =>
      model.get(name));
    const draw = () => this.draw();
    const names = this.runs.map((_, i) => `Run ${i + 1}`);
    this.choice = choice("Run", names, () => this.choose());
    const mild = { max: 0.95, step: 0.05, value: 0.5 };
    this.smoothing = slider("Smoothing", mild, draw, (beta) => beta.toFixed(2));
    this.step = slider("Step", { min: 1 }, draw, String);
    this.logX = checkbox("logarithmic steps", {}, draw);
    this.logY = checkbox("logarithmic loss", {}, draw);
    const viewBox = `0 0 ${PLOT.width} ${PLOT.height}`;
    this.plot = drawn("svg", "plot", { viewBox, role: "img" });
    this.status = live("hint");
    this.verdict = live("verdict");
    this.found = new Set();
    this.score = element("p", "hint");
    instances += 1;
    const group = `lmb-lc-${instances}-${Math.random().toString(36).slice(2)}`;
    this.radios = this.causes.map(({ name }) =>
      checkbox(name, { type: "radio", name: group, value: name }, () => this.judge(name)));
  }

  view() {
    const turn = (text, name, move) => button(text, () => this.turn(move), { name });
    const buttons = [turn("←", "Previous run", -1), turn("→", "Next run", 1)];
    const looks = [["raw-key", "training loss"], ["line-key", "smoothed"], ["dot-key", "validation"]];
    const causes = this.radios.map(({ node }) => node);
    const legend = element("legend", "label", "What is wrong with this run?");
    this.choose();
    return section(
      "Loss-curve reader: what is wrong with this run?",
      element("div", "buttons", this.choice.node, ...buttons),
      keys(...looks),
      this.plot,
      element("div", "controls", this.smoothing.node, this.step.node),
      element("div", "buttons", this.logX.node, this.logY.node),
      this.status,
      element("fieldset", "causes", legend, ...causes),
      this.verdict,
      this.score,
    );
  }

  get run() {
    return this.runs[this.choice.input.selectedIndex];
  }

  turn(move) {
    const n = this.runs.length;
    this.choice.input.value = (this.choice.input.selectedIndex + move + n) % n;
    this.choose();
  }

  choose() {
    this.radios.forEach(({ input }) => {
      input.checked = false;
    });
    this.verdict.textContent = "";
    this.verdict.removeAttribute("data-right");
    this.step.input.max = this.run.losses.length;
    this.step.set(this.run.losses.length);
    this.tell();
    this.draw();
  }

  judge(name) {
    const { right, text } = answer(this.run, this.causes, name);
    if (right) this.found.add(this.choice.input.selectedIndex);
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
    const said = describe(run, at, beta);
    this.status.textContent = said;
    this.step.input.setAttribute("aria-valuetext", said);
    const n = run.losses.length;
    const { width, height, left, right, top, bottom } = PLOT;
    const [logX, logY] = [this.logX, this.logY].map(({ input }) => input.checked);
    const { low, high } = range(run, this.references, logY);
    const x = (step) => left + place(step, 1, n, logX) * (width - left - right);
    const y = (value) => height - bottom - place(value, low, high, logY) * (height - top - bottom);
    const points = (values) => pointList(values.map((value, i) => [x(i + 1), y(value)]));
    this.plot.replaceChildren(
      ...frame(
        PLOT,
        ticks(1, n, logX).map((mark) => [x(mark), mark]),
        ticks(low, high, logY).map((mark) => [y(mark), mark]),
        "step (loss in nats per token)",
      ),
      ...this.references.flatMap(({ name, value }) => this.reference(name, y(value))),
      drawn("polyline", "raw", { points: points(run.losses) }),
      drawn("polyline", "line", { points: points(smooth(run.losses, beta)) }),
      ...run.evaluations.map(([step, value]) =>
        drawn("circle", "dot", { cx: x(step).toFixed(1), cy: y(value).toFixed(1), r: 4 })),
      drawn("line", "cursor", { x1: x(at), x2: x(at), y1: top, y2: height - bottom }),
    );
    const first = run.losses[0].toFixed(2);
    named(this.plot, `Loss over ${n} steps, from ${first}. ${describe(run, n, beta)}`);
  }

  reference(name, y) {
    const end = PLOT.width - PLOT.right;
    return [
      drawn("line", "reference", { x1: PLOT.left, x2: end, y1: y, y2: y }),
      drawn("text", "tick", { x: end, y: y - 5, "text-anchor": "end" }, name),
    ];
  }
}
