// Gradient explorer: a recurrence of two units, unrolled in the page itself.

const LAGS = [1, 2, 5, 10, 20, 50, 100];
const FLOOR = 1e-12; // the axis ends here, and at its inverse
const SMALL = 1e-3;
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 560;
const HEIGHT = 268;
const LEFT = 52;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 54;

// Largest singular value of [[a, b], [c, d]].
export function spectralNorm([a, b, c, d]) {
  const squares = a * a + b * b + c * c + d * d;
  const determinant = a * d - b * c;
  const root = Math.sqrt(Math.max(0, squares * squares - 4 * determinant * determinant));
  return Math.sqrt((squares + root) / 2);
}

// h_t = f(W h_(t-1)) from h_0 = (start, start), and the Jacobian of h_t in h_0.
// -> [{lag, state, gradient, signal, bound}], lag 0 … steps
export function unroll({ radius, shear, start, steps, nonlinearity }) {
  const largest = spectralNorm([radius, shear, 0, radius]);
  let [x, y] = [start, start];
  let [a, b, c, d] = [1, 0, 0, 1];
  const rows = [{ lag: 0, state: [x, y], gradient: 1, signal: 1, bound: 1 }];
  for (let lag = 1; lag <= steps; lag += 1) {
    [x, y] = [radius * x + shear * y, radius * y];
    [a, b, c, d] = [radius * a + shear * c, radius * b + shear * d, radius * c, radius * d];
    if (nonlinearity === "tanh") {
      [x, y] = [Math.tanh(x), Math.tanh(y)];
      const [slopeX, slopeY] = [1 - x * x, 1 - y * y];
      [a, b, c, d] = [slopeX * a, slopeX * b, slopeY * c, slopeY * d];
    }
    const signal = Math.hypot(x, y) / Math.hypot(start, start);
    const gradient = spectralNorm([a, b, c, d]);
    rows.push({ lag, state: [x, y], gradient, signal, bound: largest ** lag });
  }
  return rows;
}

// The first lag from which the gradient stays below the limit; null if it does not.
export function lagBelow(rows, limit = SMALL) {
  let first = null;
  for (const { lag, gradient } of rows) {
    if (gradient >= limit) first = null;
    else if (first === null) first = lag;
  }
  return first;
}

export function verdict(rows) {
  const last = rows[rows.length - 1];
  const peak = rows.reduce((best, row) => (row.gradient > best.gradient ? row : best));
  const below = lagBelow(rows);
  const at = `after ${last.lag} steps`;
  const hump = peak.gradient > 2 && peak.lag < last.lag && last.gradient < peak.gradient / 2
    ? ` It grew first, to ${format(peak.gradient)} at lag ${peak.lag}.`
    : "";
  if (below !== null) return `The gradient vanishes: below 0.001 from lag ${below} on.${hump}`;
  if (last.gradient > 1000) return `The gradient explodes: ${format(last.gradient)} ${at}.`;
  return `The gradient is ${format(last.gradient)} ${at}.${hump}`;
}

export function format(value) {
  if (value === 0) return "0";
  if (value >= 0.001 && value < 10000) return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
  const [digits, power] = value.toExponential(1).split("e");
  const raised = [...String(Number(power))].map((sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign] ?? "⁻").join("");
  return `${digits} × 10${raised}`;
}

// Place of a value on the logarithmic axis from 1/reach to reach, 0 at the bottom, 1 at the top.
export function height(value, reach) {
  const place = (Math.log(Math.max(value, 1e-300)) / Math.log(reach) + 1) / 2;
  return Math.min(1, Math.max(0, place));
}

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = `lmb-gr-${className}`;
  node.append(...children);
  return node;
}

function drawn(tag, className, attributes, text = "") {
  const node = document.createElementNS(SVG, tag);
  node.setAttribute("class", `lmb-gr-${className}`);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  node.textContent = text;
  return node;
}

function slider(text, options, digits, onInput) {
  const input = element("input", "slider");
  Object.assign(input, { type: "range", ariaLabel: text, ...options });
  const show = () => Number(input.value).toFixed(digits);
  const output = element("span", "value", show());
  input.addEventListener("input", () => {
    output.textContent = show();
    onInput();
  });
  const label = element("label", "control", element("span", "label", text, output), input);
  return { label, input };
}

function key(name, text) {
  const swatch = element("span", `swatch lmb-gr-${name}`);
  return element("span", "key", swatch, text);
}

class Explorer {
  constructor(model) {
    const update = () => this.update();
    const range = (min, max, step, name) => ({ min, max, step, value: model.get(name) });
    this.radius = slider("Spectral radius of W", range(0, 1.5, 0.01, "radius"), 2, update);
    this.shear = slider("Shear (off-diagonal)", range(0, 2, 0.05, "shear"), 2, update);
    this.start = slider("Start of the state", range(0.05, 3, 0.05, "start"), 2, update);
    this.steps = slider("Steps", range(5, 100, 1, "n_steps"), 0, update);
    this.select = element("select", "input");
    this.select.append(new Option("linear", "linear"), new Option("tanh", "tanh"));
    this.select.value = model.get("nonlinearity");
    this.select.addEventListener("change", update);
    this.status = element("div", "status");
    this.status.setAttribute("role", "status");
    this.status.setAttribute("aria-live", "polite");
    this.plot = drawn("svg", "plot", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
    this.body = element("tbody", "");
  }

  view() {
    const kind = element("label", "control", element("span", "label", "Nonlinearity"), this.select);
    const sliders = [this.radius, this.shear, this.start, this.steps].map(({ label }) => label);
    const controls = element("div", "controls", ...sliders, kind);
    const keys = element(
      "div", "keys", key("gradient", "gradient"), key("signal", "state"), key("bound", "bound"),
    );
    keys.setAttribute("aria-hidden", "true");
    const section = element(
      "section", "explorer", controls, this.status, keys, this.plot, this.makeTable(),
    );
    section.setAttribute("aria-label", "Gradient explorer: what is left after so many steps?");
    this.update();
    return section;
  }

  makeTable() {
    const heads = ["lag", "gradient", "state", "bound"].map((text) => {
      const head = element("th", "head", text);
      head.scope = "col";
      return head;
    });
    const caption = element("caption", "caption", "Relative to lag 0");
    const head = element("thead", "", element("tr", "", ...heads));
    return element("table", "table", caption, head, this.body);
  }

  update() {
    const [radius, shear, start, steps] = [this.radius, this.shear, this.start, this.steps].map(
      ({ input }) => Number(input.value),
    );
    const rows = unroll({ radius, shear, start, steps, nonlinearity: this.select.value });
    this.status.textContent = verdict(rows);
    this.draw(rows);
    const lags = [...LAGS.filter((lag) => lag < steps), steps];
    this.body.replaceChildren(...lags.map((lag) => {
      const name = element("th", "lag", String(lag));
      name.scope = "row";
      const { gradient, signal, bound } = rows[lag];
      const cells = [gradient, signal, bound].map((v) => element("td", "", format(v)));
      return element("tr", "", name, ...cells);
    }));
  }

  draw(rows) {
    const wanted = Math.max(...rows.flatMap(({ gradient, signal }) =>
      [gradient, signal].map((v) => Math.abs(Math.log10(Math.max(v, FLOOR))))));
    const power = [2, 4, 8, 12].find((p) => wanted <= p) ?? 12;
    const x = (lag) => LEFT + (lag / (rows.length - 1)) * (WIDTH - LEFT - RIGHT);
    const y = (v) => HEIGHT - BOTTOM - height(v, 10 ** power) * (HEIGHT - TOP - BOTTOM);
    const nodes = [];
    for (const p of [-power, -power / 2, 0, power / 2, power]) {
      const at = y(10 ** p);
      nodes.push(drawn("line", "grid", { x1: LEFT, x2: WIDTH - RIGHT, y1: at, y2: at }));
      const label = p === 0 ? "1" : `1e${p}`.replace("-", "−");
      nodes.push(drawn("text", "tick", { x: LEFT - 6, y: at + 5, "text-anchor": "end" }, label));
    }
    const last = rows.length - 1;
    for (const [lag, anchor] of [[0, "start"], [Math.round(last / 2), "middle"], [last, "end"]]) {
      const place = { x: x(lag), y: HEIGHT - BOTTOM + 20, "text-anchor": anchor };
      nodes.push(drawn("text", "tick", place, String(lag)));
    }
    const middle = { x: (LEFT + WIDTH) / 2, y: HEIGHT - 9, "text-anchor": "middle" };
    nodes.push(drawn("text", "tick", middle, "lag (steps)"));
    for (const name of ["bound", "signal", "gradient"]) {
      const points = rows.map((row) => `${x(row.lag).toFixed(1)},${y(row[name]).toFixed(1)}`);
      nodes.push(drawn("polyline", `line lmb-gr-${name}`, { points: points.join(" ") }));
    }
    this.plot.replaceChildren(...nodes);
  }
}

export default {
  render({ model, el }) {
    el.replaceChildren(new Explorer(model).view());
  },
};
