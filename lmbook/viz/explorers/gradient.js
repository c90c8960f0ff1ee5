// Gradient explorer: a recurrence of two units, unrolled in the page itself.

const LAGS = [1, 2, 5, 10, 20, 50, 100];
const FLOOR = 1e-12; // the axis ends here, and at its inverse
const SMALL = 1e-3;
const PLOT = { width: 560, height: 268, left: 52, right: 12, top: 12, bottom: 54 };

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

class Explorer {
  constructor(model) {
    const update = () => this.update();
    this.sliders = [
      ["Spectral radius of W", "radius", { max: 1.5, step: 0.01 }, 2],
      ["Shear (off-diagonal)", "shear", { max: 2, step: 0.05 }, 2],
      ["Start of the state", "start", { min: 0.05, max: 3, step: 0.05 }, 2],
      ["Steps", "n_steps", { min: 5, max: 100 }, 0],
    ].map(([label, name, range, digits]) =>
      slider(label, { ...range, value: model.get(name) }, update, (v) => v.toFixed(digits)));
    const kinds = ["linear", "tanh"].map((kind) => [kind, kind]);
    this.nonlinearity = choice("Nonlinearity", kinds, update);
    this.nonlinearity.input.value = model.get("nonlinearity");
    this.status = live("status plain");
    const viewBox = `0 0 ${PLOT.width} ${PLOT.height}`;
    this.plot = decoration(drawn("svg", "plot", { viewBox }));
    this.body = element("tbody");
  }

  view() {
    const controls = [...this.sliders, this.nonlinearity].map(({ node }) => node);
    const names = [["gradient", "gradient"], ["signal", "state"], ["bound", "bound"]];
    const head = columns("lag", "gradient", "state", "bound");
    const table = element("table", "table", caption("Relative to lag 0"), head, this.body);
    const parts = [this.status, keys(...names), this.plot, table];
    this.update();
    const name = "Gradient explorer: what is left after so many steps?";
    return section(name, element("div", "controls", ...controls), ...parts);
  }

  update() {
    const [radius, shear, start, steps] = this.sliders.map(({ input }) => Number(input.value));
    const nonlinearity = this.nonlinearity.input.value;
    const rows = unroll({ radius, shear, start, steps, nonlinearity });
    this.status.textContent = verdict(rows);
    this.draw(rows);
    const lags = [...LAGS.filter((lag) => lag < steps), steps];
    this.body.replaceChildren(...lags.map((lag) => {
      const { gradient, signal, bound } = rows[lag];
      const cells = [gradient, signal, bound].map((v) => element("td", "", format(v)));
      return element("tr", "", th("row", "", String(lag)), ...cells);
    }));
  }

  draw(rows) {
    const { width, height: full, left, right, top, bottom } = PLOT;
    const wanted = Math.max(...rows.flatMap(({ gradient, signal }) =>
      [gradient, signal].map((v) => Math.abs(Math.log10(Math.max(v, FLOOR))))));
    const power = [2, 4, 8, 12].find((p) => wanted <= p) ?? 12;
    const last = rows.length - 1;
    const x = (lag) => left + (lag / last) * (width - left - right);
    const y = (v) => full - bottom - height(v, 10 ** power) * (full - top - bottom);
    const across = [[0, "start"], [Math.round(last / 2), "middle"], [last, "end"]];
    const up = [-power, -power / 2, 0, power / 2, power];
    this.plot.replaceChildren(
      ...frame(
        PLOT,
        across.map(([lag, anchor]) => [x(lag), lag, anchor]),
        up.map((p) => [y(10 ** p), p === 0 ? "1" : `1e${p}`]),
        "lag (steps)",
      ),
      ...["bound", "signal", "gradient"].map((name) => {
        const points = pointList(rows.map((row) => [x(row.lag), y(row[name])]));
        return drawn("polyline", `line ${name}`, { points });
      }),
    );
  }
}
