// What a budget trains: operations, parameters and tokens, memory, days, electricity and carbon.

const BYTES = 16; // a parameter: weight and gradient in 16 bits, weight and Adam's averages in 32

// Operations that the money buys.
export const affordable = ({ dollars, price, petaflops, used }) =>
  (dollars / price) * 3600 * petaflops * 1e15 * used;

// Parameters and tokens with 6ND = compute and D = ratio * N.
export function split(compute, ratio) {
  const size = Math.sqrt(compute / (6 * ratio));
  return { size, tokens: ratio * size };
}

export const loss = ({ entropy, a, b, alpha, beta }, size, tokens) =>
  entropy + a / size ** alpha + b / tokens ** beta;

// Where the law's loss is least along 6ND = compute.
export function best({ a, b, alpha, beta }, compute) {
  const both = alpha + beta;
  const size = ((alpha * a) / (beta * b)) ** (1 / both) * (compute / 6) ** (beta / both);
  return { size, tokens: compute / 6 / size };
}

export function bill(choice) {
  const compute = affordable(choice);
  const hours = choice.dollars / choice.price;
  const energy = (hours * choice.watts * 1.2) / 1000; // the building draws a fifth more
  const { size, tokens } = split(compute, choice.ratio);
  return {
    compute, size, tokens, hours,
    days: hours / 24 / choice.machines,
    energy,
    carbon: (energy * choice.grams) / 1000,
    memory: BYTES * size,
  };
}

// 1234567 -> "1.23 million"; powers of ten beyond what has a name
export function big(n) {
  const names = ["", " thousand", " million", " billion", " trillion"];
  const at = n < 1 ? 0 : Math.floor(Math.log10(n) / 3);
  if (at >= names.length) return n.toExponential(2).replace("e+", " · 10^");
  return `${Number((n / 1000 ** at).toPrecision(3))}${names[at]}`;
}

export function describe(found, expected) {
  return `${big(found.size)} parameters on ${big(found.tokens)} tokens: ` +
    `${big(found.compute)} operations, ${big(found.days)} days. ` +
    `The law expects ${expected.toFixed(3)} nats per token.`;
}

const RATIOS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const MONEY = [10, 100, 1000, 1e4, 1e5, 1e6, 1e7];

class Explorer {
  constructor(model) {
    this.law = model.get("law");
    const show = () => this.show();
    const at = (values) => (i) => big(values[i]);
    this.dollars = slider("Budget in dollars", { max: 6, value: 3 }, show, at(MONEY));
    this.ratio = slider("Tokens per parameter", { max: 9, value: 4 }, show, at(RATIOS));
    this.machines = slider("Machines", { max: 12, value: 3 }, show,
      (i) => String(2 ** i));
    this.price = slider("Dollars per machine and hour", { min: 1, max: 10, value: 3 }, show, String);
    this.peak = slider("Peak, 10^15 operations per second", { min: 1, max: 50, value: 10 }, show,
      (i) => (i / 10).toFixed(1));
    this.used = slider("Share of the peak in use, %", { min: 5, max: 70, value: 40 }, show, String);
    this.watts = slider("Watts per machine", { min: 200, max: 1500, step: 100, value: 1000 }, show,
      String);
    this.grams = slider("Grams of CO₂ per kilowatt-hour", { max: 800, step: 25, value: 400 }, show,
      String);
    this.status = live();
    this.table = element("table", "table");
  }

  view() {
    const sliders = [this.dollars, this.ratio, this.machines, this.price, this.peak, this.used,
      this.watts, this.grams];
    const controls = element("div", "controls", ...sliders.map(({ node }) => node));
    const hint = "The law was fitted to small models on one text: far away it is a guess. " +
      "With the keyboard: arrow keys move a slider.";
    this.show();
    const parts = [controls, this.status, this.table, element("p", "hint", hint)];
    return section("Size of a run: what a budget trains", ...parts);
  }

  chosen() {
    const value = ({ input }) => Number(input.value);
    return {
      dollars: MONEY[value(this.dollars)], ratio: RATIOS[value(this.ratio)],
      machines: 2 ** value(this.machines), price: value(this.price),
      petaflops: value(this.peak) / 10, used: value(this.used) / 100,
      watts: value(this.watts), grams: value(this.grams),
    };
  }

  show() {
    const found = bill(this.chosen());
    const ideal = best(this.law, found.compute);
    const rows = [
      ["Operations, 6ND", big(found.compute)],
      ["Machine hours", big(found.hours)],
      ["Weights, gradients, Adam", `${big(found.memory)} bytes`],
      ["Electricity", `${big(found.energy)} kWh`],
      ["Carbon dioxide", `${big(found.carbon)} kg`],
      ["Least loss by the law", `${big(ideal.size)} on ${big(ideal.tokens)} tokens`],
    ];
    const body = rows.map(([name, text]) =>
      element("tr", "", th("row", "", name), element("td", "", text)));
    this.table.replaceChildren(caption("The bill"), element("tbody", "", ...body));
    this.status.textContent = describe(found, loss(this.law, found.size, found.tokens));
  }
}
