// Positions explorer: what the distance of two positions does to a score, scheme by scheme.

const SCHEMES = [
  { key: "sinusoid", name: "sinusoid: dot product of two positions" },
  { key: "rotary", name: "rotary: dot product of a turned query and key" },
  { key: "alibi", name: "ALiBi: number added to the score" },
  { key: "t5", name: "T5: number of the bucket" },
];
const BASES = [10, 100, 10_000, 500_000];
const N_BUCKETS = 32;
const WIDTH = 600;
const HEIGHT = 180;

// Radians a token that pair i of a vector of this width is turned by.
export function frequencies(width, base) {
  return Array.from({ length: width / 2 }, (_, i) => base ** (-(2 * i) / width));
}

// Mean over pairs of cos(frequency · distance − angle); with a pair, that pair alone.
export function similarity(distance, { width, base, pair = null, angle = 0 }) {
  const all = frequencies(width, base);
  const chosen = pair === null ? all : [all[pair]];
  const total = chosen.reduce((sum, f) => sum + Math.cos(f * distance - angle), 0);
  return total / chosen.length;
}

// ALiBi's slopes, also where the number of heads is no power of two.
export function slopes(nHeads) {
  const power = 2 ** Math.floor(Math.log2(nHeads));
  const first = Array.from({ length: power }, (_, i) => 2 ** ((-8 * (i + 1)) / power));
  const between = Array.from({ length: power }, (_, i) => 2 ** ((-4 * (2 * i + 1)) / power));
  return [...first, ...between].slice(0, nHeads);
}

// T5's bucket of a key that lies this far before the query (causal form).
export function bucket(distance, nBuckets = N_BUCKETS, maxDistance = 128) {
  const exact = nBuckets / 2;
  if (distance < exact) return distance;
  const ratio = Math.log(distance / exact) / Math.log(maxDistance / exact);
  return Math.min(nBuckets - 1, Math.floor(exact + ratio * (nBuckets - exact)));
}

// -> the number drawn at a distance
export function valueAt(distance, state) {
  if (state.scheme === "alibi") return -slopes(state.nHeads)[state.head] * distance || 0;
  if (state.scheme === "t5") return bucket(distance);
  const angle = state.scheme === "rotary" ? (state.degrees * Math.PI) / 180 : 0;
  return similarity(distance, { ...state, angle });
}

// -> [lowest, highest] of the vertical axis
export function limits(state) {
  if (state.scheme === "alibi") return [Math.min(-1, -slopes(state.nHeads)[0] * state.maxDistance), 0];
  return state.scheme === "t5" ? [0, N_BUCKETS - 1] : [-1, 1];
}

export const decimal = (value) => String(Number(value.toFixed(3))).replace("-", "−");

// Tokens until this pair comes round again.
export function period(pair, width, base) {
  return (2 * Math.PI) / frequencies(width, base)[pair];
}

// One sentence for the line under the plot.
export function describe(distance, state) {
  const value = decimal(valueAt(distance, state));
  const at = `At distance ${distance}`;
  if (state.scheme === "alibi") {
    const slope = slopes(state.nHeads)[state.head];
    const factor = Number(Math.exp(-slope * distance).toPrecision(2));
    return `${at}, head ${state.head + 1} adds ${value} to the score: its weight shrinks by a factor of ${factor}.`;
  }
  if (state.scheme === "t5") return `${at}, the learned bias is that of bucket ${value}.`;
  if (state.pair === null) return `${at}, all pairs together give ${value} of at most 1.`;
  const tokens = Math.round(period(state.pair, state.width, state.base)).toLocaleString("en");
  const turn = `It comes round every ${tokens} tokens.`;
  return `${at}, pair ${state.pair + 1} gives ${value} of at most 1. ${turn}`;
}

// -> "x,y x,y …" over all distances from 0 to the largest
export function linePoints(state) {
  const [low, high] = limits(state);
  return Array.from({ length: state.maxDistance + 1 }, (_, distance) => {
    const x = (distance * WIDTH) / state.maxDistance;
    const y = HEIGHT * (1 - (valueAt(distance, state) - low) / (high - low));
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  }).join(" ");
}

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = `lmb-po-${className}`;
  node.append(...children);
  return node;
}

function svg(tag, attributes) {
  const node = document.createElementNS("http:" + "//www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  return node;
}

class Explorer {
  constructor(model) {
    this.width = model.get("d_head");
    this.nHeads = model.get("n_heads");
    this.maxDistance = model.get("max_distance");
    this.scheme = this.select("Scheme", SCHEMES.map(({ name }) => name));
    this.scheme.input.value = String(SCHEMES.findIndex(({ key }) => key === model.get("scheme")));
    const pairs = frequencies(this.width, 2).map((_, i) => `pair ${i + 1}`);
    this.pair = this.select("Dimensions", ["all pairs", ...pairs]);
    this.base = this.select("Base", BASES.map((base) => base.toLocaleString("en")));
    this.base.input.value = "2";
    this.head = this.select("Head", slopes(this.nHeads).map((slope, i) => `${i + 1} (slope ${decimal(slope)})`));
    this.angle = this.range("Query and key differ by", 0, 180, 0);
    this.distance = this.range("Distance", 0, this.maxDistance, Math.min(10, this.maxDistance));
    this.status = element("p", "status");
    this.status.setAttribute("role", "status");
    this.status.setAttribute("aria-live", "polite");
    this.makePlot();
  }

  select(label, names) {
    const input = element("select", "input", ...names.map((name, i) => new Option(name, String(i))));
    input.addEventListener("change", () => this.draw());
    return { input, node: element("label", "control", element("span", "label", label), input) };
  }

  range(label, min, max, value) {
    const input = element("input", "slider");
    Object.assign(input, { type: "range", min, max, step: 1, value });
    input.addEventListener("input", () => this.draw());
    const shown = element("span", "value");
    const head = element("span", "label", label, shown);
    return { input, shown, node: element("label", "control", head, input) };
  }

  makePlot() {
    this.plot = svg("svg", { viewBox: `0 -3 ${WIDTH} ${HEIGHT + 6}`, class: "lmb-po-plot" });
    this.plot.setAttribute("preserveAspectRatio", "none");
    this.plot.setAttribute("role", "img");
    this.zero = svg("line", { x1: 0, x2: WIDTH, class: "lmb-po-zero" });
    this.line = svg("polyline", { class: "lmb-po-line" });
    this.cursor = svg("line", { y1: 0, y2: HEIGHT, class: "lmb-po-cursor" });
    this.plot.append(this.zero, this.line, this.cursor);
    this.plot.addEventListener("click", (event) => {
      const { left, width } = this.plot.getBoundingClientRect();
      this.distance.input.value = Math.round(((event.clientX - left) / width) * this.maxDistance);
      this.draw();
    });
    this.top = element("span", "");
    this.bottom = element("span", "");
    const ends = element("div", "ends", this.bottom, element("span", "", `0 to ${this.maxDistance} tokens apart`));
    this.figure = element("div", "figure", element("div", "ends", this.top), this.plot, ends);
  }

  view() {
    const controls = [this.scheme, this.pair, this.base, this.head, this.angle].map(({ node }) => node);
    const parts = [element("div", "controls", ...controls), this.figure, this.distance.node, this.status];
    const section = element("section", "explorer", ...parts);
    section.setAttribute("aria-label", "Positions explorer: what does a distance do to a score?");
    this.draw();
    return section;
  }

  state() {
    const pair = Number(this.pair.input.value);
    return {
      scheme: SCHEMES[Number(this.scheme.input.value)].key,
      pair: pair === 0 ? null : pair - 1,
      base: BASES[Number(this.base.input.value)],
      head: Number(this.head.input.value),
      degrees: Number(this.angle.input.value),
      width: this.width,
      nHeads: this.nHeads,
      maxDistance: this.maxDistance,
    };
  }

  draw() {
    const state = this.state();
    const turns = state.scheme === "sinusoid" || state.scheme === "rotary";
    this.pair.node.hidden = !turns;
    this.base.node.hidden = !turns;
    this.angle.node.hidden = state.scheme !== "rotary";
    this.head.node.hidden = state.scheme !== "alibi";
    const [low, high] = limits(state);
    this.top.textContent = decimal(high);
    this.bottom.textContent = decimal(low);
    this.line.setAttribute("points", linePoints(state));
    const zero = (HEIGHT * high) / (high - low);
    this.zero.setAttribute("y1", zero);
    this.zero.setAttribute("y2", zero);
    const distance = Number(this.distance.input.value);
    const x = (distance * WIDTH) / this.maxDistance;
    this.cursor.setAttribute("x1", x);
    this.cursor.setAttribute("x2", x);
    this.distance.shown.textContent = `${distance} tokens`;
    this.angle.shown.textContent = `${state.degrees}°`;
    this.angle.input.setAttribute("aria-valuetext", `${state.degrees} degrees`);
    const text = describe(distance, state);
    this.status.textContent = text;
    this.distance.input.setAttribute("aria-valuetext", text);
    const axis = SCHEMES.find(({ key }) => key === state.scheme).name;
    this.plot.setAttribute("aria-label", `Line from distance 0 to ${this.maxDistance}. ${axis}. ${text}`);
  }
}

export default {
  render({ model, el }) {
    el.replaceChildren(new Explorer(model).view());
  },
};
