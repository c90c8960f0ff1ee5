// Bits and groups: a matrix rounded to whole numbers times the scale of a group.

const GROUPS = [8, 16, 32, 64, 128, "row", "tensor"];

// Half to even, as torch rounds.
function nearest(x) {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}

// [start, end) of each group, in a matrix with rows of `columns`
export function spans(n, columns, group) {
  if (group === "tensor") return [[0, n]];
  const size = group === "row" ? columns : group;
  const found = [];
  for (let row = 0; row < n; row += columns) {
    for (let at = 0; at < columns; at += size) {
      found.push([row + at, row + Math.min(at + size, columns)]);
    }
  }
  return found;
}

// What a grid of this many bits does to the weights.
export function rounded(weights, columns, bits, group) {
  const most = 2 ** (bits - 1) - 1;
  const groups = spans(weights.length, columns, group);
  let [lost, all, zeros] = [0, 0, 0];
  for (const [start, end] of groups) {
    let largest = 0;
    for (let i = start; i < end; i += 1) largest = Math.max(largest, Math.abs(weights[i]));
    const scale = largest / most || 1;
    for (let i = start; i < end; i += 1) {
      const code = nearest(weights[i] / scale);
      zeros += code === 0;
      lost += (code * scale - weights[i]) ** 2;
      all += weights[i] ** 2;
    }
  }
  return {
    error: Math.sqrt(lost / all),
    zeros: zeros / weights.length,
    bits: bits + (32 * groups.length) / weights.length,
  };
}

const percent = (share) => `${(100 * share).toFixed(share < 0.1 ? 2 : 1)} %`;

export const describe = ({ error, zeros, bits }) =>
  `${bits.toFixed(2)} bits a weight with its scales. ` +
  `Error ${percent(error)} of the weights' size; ${percent(zeros)} of the weights are 0.`;

class Explorer {
  constructor(model) {
    this.weights = decodeFloats(model.get("weights"));
    this.columns = model.get("columns");
    this.name = model.get("name");
    const text = (at) => (typeof GROUPS[at] === "number" ? `${GROUPS[at]} weights` :
      `a ${GROUPS[at] === "row" ? "row" : "whole matrix"}`);
    this.bits = slider("Bits", { min: 2, max: 8, value: 4 }, () => this.draw(), String);
    this.group = slider("Weights that share a scale", { max: 6, value: 3 }, () => this.draw(), text);
    this.bars = element("ul", "bars");
    this.status = live();
  }

  view() {
    const hint = "The bars show the error for every number of bits at this size of a group. " +
      "With the keyboard: arrow keys move a slider.";
    const controls = element("div", "controls", this.bits.node, this.group.node);
    this.draw();
    const parts = [controls, this.bars, this.status, element("p", "hint", hint)];
    return section(`Bits and groups: the error of rounding ${this.name}`, ...parts);
  }

  draw() {
    const group = GROUPS[Number(this.group.input.value)];
    const chosen = Number(this.bits.input.value);
    const all = [2, 3, 4, 5, 6, 7, 8].map((n) => rounded(this.weights, this.columns, n, group));
    const rows = all.map(({ error }, at) => {
      const item = bar(`${at + 2} bits`, Math.min(error, 1), percent(error));
      item.toggleAttribute("data-now", at + 2 === chosen);
      return item;
    });
    this.bars.replaceChildren(...rows);
    this.status.textContent = describe(all[chosen - 2]);
  }
}
