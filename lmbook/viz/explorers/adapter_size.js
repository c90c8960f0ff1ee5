// How many numbers learn: a method, its size, and a number of tasks.

// d_in and d_out of the six matrices of a block
const matrices = ({ d_model: d, d_ff: f }) => ({
  query: [d, d], key: [d, d], value: [d, d], output: [d, d], up: [d, f], down: [f, d],
});

const lora = (sizes, names, rank) => sizes.n_layers * names.reduce((sum, name) => {
  const [wide, high] = matrices(sizes)[name];
  return sum + rank * (wide + high);
}, 0);

// Name of the method, name of its size, largest size as a power of two, and what it trains.
const METHODS = [
  ["LoRA on queries and values", "Rank", 6, (s, n) => lora(s, ["query", "value"], n)],
  ["LoRA on every matrix", "Rank", 6, (s, n) => lora(s, Object.keys(matrices(s)), n)],
  ["Houlsby's bottlenecks", "Width of the bottleneck", 6, (s, n) =>
    s.n_layers * (2 * (2 * s.d_model * n + n + s.d_model) + 4 * s.d_model)],
  ["Prefix", "Vectors in each layer", 6, (s, n) => s.n_layers * 2 * n * s.d_model],
  ["Prompt", "Vectors before the text", 6, (s, n) => n * s.d_model],
  ["(IA)³", "", 0, (s) => s.n_layers * (2 * s.d_model + s.d_ff)],
  ["All weights", "", 0, (s) => s.n_total],
];

export const names = METHODS.map(([name]) => name);

export const learned = (sizes, method, size) => METHODS[method][3](sizes, size);

// Bytes: float32, and AdamW keeps a gradient and two averages for each number that learns.
export function cost(sizes, method, size, tasks) {
  const n = learned(sizes, method, size);
  const whole = method === METHODS.length - 1;
  return {
    n,
    share: n / sizes.n_total,
    training: 12 * n,
    stored: whole ? 4 * n * tasks : 4 * (sizes.n_total + n * tasks),
    copies: 4 * sizes.n_total * tasks,
  };
}

// 1234567 -> "1.23 MB"; three digits and the unit that fits
export function bytes(n) {
  const at = Math.min(Math.floor(Math.log10(Math.max(n, 1)) / 3), 3);
  return `${Number((n / 1000 ** at).toPrecision(3))} ${["bytes", "kB", "MB", "GB"][at]}`;
}

export function describe(found, tasks) {
  const share = `${Number((100 * found.share).toPrecision(2))} %`;
  return `${number.format(found.n)} numbers learn, ${share} of the encoder. ` +
    `Gradients and AdamW's averages: ${bytes(found.training)}. ` +
    `${amount(tasks, "task")}: ${bytes(found.stored)} on disk, ` +
    `against ${bytes(found.copies)} for copies of the encoder.`;
}

class Explorer {
  constructor(model) {
    this.sizes = Object.fromEntries(
      ["d_model", "d_ff", "n_layers", "n_total"].map((name) => [name, model.get(name)]));
    this.method = choice("Method", names, () => this.choose());
    this.size = slider("Size", { max: 6, value: 3 }, () => this.draw(), (at) => String(2 ** at));
    this.tasks = slider("Tasks", { min: 1, max: 100, value: 10 }, () => this.draw(), String);
    this.caption = element("p", "verdict");
    this.bars = element("div", "bars");
    this.status = live();
  }

  view() {
    const hint = "Only the encoder is counted, in float32; each task has a head besides. " +
      "With the keyboard: arrow keys move a slider.";
    const controls = element("div", "controls", this.method.node, this.size.node, this.tasks.node);
    this.choose();
    const parts = [controls, this.caption, this.bars, this.status, element("p", "hint", hint)];
    return section("Size of an adapter: what learns, and what is stored", ...parts);
  }

  choose() {
    const [, name, most] = METHODS[this.method.input.selectedIndex];
    this.size.input.disabled = most === 0;
    this.caption.textContent = name ? `The size is: ${name.toLowerCase()}.` :
      "This method has no size to choose.";
    this.draw();
  }

  draw() {
    const tasks = Number(this.tasks.input.value);
    const method = this.method.input.selectedIndex;
    const found = cost(this.sizes, method, 2 ** Number(this.size.input.value), tasks);
    const most = Math.max(found.stored, found.copies);
    const rows = [["this method", found.stored], ["copies of the encoder", found.copies]];
    this.bars.replaceChildren(...rows.map(([name, n]) => row(name, n / most, bytes(n))));
    this.status.textContent = describe(found, tasks);
  }
}

function row(name, share, text) {
  const filled = element("span", "fill");
  filled.style.width = `${100 * share}%`;
  const track = decoration(element("span", "track", filled));
  return element("p", "row", element("span", "name", name), track, element("span", "text", text));
}
