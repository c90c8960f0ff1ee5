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

export const decimal = (value) => minus(Number(value.toFixed(3)));

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
  const y = (value) => HEIGHT * (1 - (value - low) / (high - low));
  const distances = Array.from({ length: state.maxDistance + 1 }, (_, distance) => distance);
  return pointList(distances.map((distance) =>
    [(distance * WIDTH) / state.maxDistance, y(valueAt(distance, state))]));
}

class Explorer {
  constructor(model) {
    this.width = model.get("d_head");
    this.nHeads = model.get("n_heads");
    this.maxDistance = model.get("max_distance");
    const draw = () => this.draw();
    this.scheme = choice("Scheme", SCHEMES.map(({ name }) => name), draw);
    this.scheme.input.value = SCHEMES.findIndex(({ key }) => key === model.get("scheme"));
    const pairs = frequencies(this.width, 2).map((_, i) => `pair ${i + 1}`);
    this.pair = choice("Dimensions", ["all pairs", ...pairs], draw);
    this.base = choice("Base", BASES.map((base) => base.toLocaleString("en")), draw);
    this.base.input.value = 2;
    const heads = slopes(this.nHeads).map((slope, i) => `${i + 1} (slope ${decimal(slope)})`);
    this.head = choice("Head", heads, draw);
    this.angle = slider("Query and key differ by", { max: 180, value: 0 }, draw, (n) => `${n}°`);
    const far = { max: this.maxDistance, value: Math.min(10, this.maxDistance) };
    this.distance = slider("Distance", far, draw, (n) => `${n} tokens`);
    this.status = live("status plain");
    this.makePlot();
  }

  makePlot() {
    this.strip = strip(WIDTH, HEIGHT);
    this.strip.plot.addEventListener("click", (event) => {
      const { left, width } = this.strip.plot.getBoundingClientRect();
      this.distance.set(Math.round(((event.clientX - left) / width) * this.maxDistance));
      this.draw();
    });
    this.top = element("span");
    this.bottom = element("span");
    const far = element("span", "", `0 to ${this.maxDistance} tokens apart`);
    const ends = [element("div", "ends", this.top), element("div", "ends", this.bottom, far)];
    this.figure = element("div", "figure", ends[0], this.strip.plot, ends[1]);
  }

  view() {
    const all = [this.scheme, this.pair, this.base, this.head, this.angle];
    const controls = element("div", "controls", ...all.map(({ node }) => node));
    const parts = [controls, this.figure, this.distance.node, this.status];
    this.draw();
    return section("Positions explorer: what does a distance do to a score?", ...parts);
  }

  state() {
    const pair = this.pair.input.selectedIndex;
    return {
      scheme: SCHEMES[this.scheme.input.selectedIndex].key,
      pair: pair === 0 ? null : pair - 1,
      base: BASES[this.base.input.selectedIndex],
      head: this.head.input.selectedIndex,
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
    this.strip.draw(linePoints(state), (HEIGHT * high) / (high - low));
    const distance = Number(this.distance.input.value);
    this.strip.moveTo((distance * WIDTH) / this.maxDistance);
    this.angle.input.setAttribute("aria-valuetext", `${state.degrees} degrees`);
    const text = describe(distance, state);
    this.status.textContent = text;
    this.distance.input.setAttribute("aria-valuetext", text);
    const axis = SCHEMES.find(({ key }) => key === state.scheme).name;
    const line = `Line from distance 0 to ${this.maxDistance}`;
    named(this.strip.plot, `${line}. ${axis}. ${text}`, "img");
  }
}
