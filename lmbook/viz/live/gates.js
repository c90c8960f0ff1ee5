// Live gates: one quantity of one unit of an LSTM over the reader's sentence.

const QUANTITIES = [
  { name: "cell state", symbol: "c", key: "cell" },
  { name: "forget gate", symbol: "f", key: "forget" },
  { name: "input gate", symbol: "i", key: "input" },
  { name: "candidate", symbol: "g", key: "candidate" },
  { name: "output gate", symbol: "o", key: "output" },
  { name: "hidden state", symbol: "h", key: "hidden" },
];
const MOST_TOKENS = 120;

export const decimal = (value) => minus(value.toFixed(2));

// -> traces[layer][step], each with the arrays that lmbook.nn.recurrent's LSTM computes
export function gatesOf({ model, config }, ids) {
  const state = model.start();
  const steps = [config.start_id, ...ids].map((id) => {
    const seen = { gates: [] };
    model.step(state, id, seen, false);
    return seen.gates;
  });
  return steps[0].map((_, layer) => steps.map((step) => step[layer]));
}

// The units of a layer, those first whose value changes most over the text.
export function liveliest(trace, key, n) {
  const nUnits = trace[0][key].length;
  const spread = Array.from({ length: nUnits }, (_, unit) => {
    const values = trace.map((step) => step[key][unit]);
    return Math.max(...values) - Math.min(...values);
  });
  return rankedIds(spread).slice(0, n);
}

class Explorer extends LiveExplorer {
  name = "Gates: what does each unit of the LSTM do in your sentence?";

  label = "Your sentence";

  open = openModel;

  controls() {
    const redraw = () => this.draw();
    const { n_layers: nLayers, n_units: nUnits } = this.example;
    const names = QUANTITIES.map(({ name, symbol }) => `${name} ${symbol}`);
    this.quantity = choice("Quantity", names, redraw);
    this.layer = choice("Layer", Array.from({ length: nLayers }, (_, i) => `layer ${i + 1}`), redraw);
    const { quantity, layer, unit } = this.example.shown;
    this.unit = slider("Unit", { max: nUnits - 1, value: unit }, redraw, (at) => `unit ${at}`);
    this.quantity.input.selectedIndex = quantity;
    this.layer.input.selectedIndex = layer;
    const lively = button("Next unit that changes much", () => this.nextLively());
    const nodes = [this.quantity, this.layer, this.unit].map(({ node }) => node);
    return [element("div", "controls", ...nodes), element("div", "buttons", lively)];
  }

  results() {
    this.pieces = named(element("ol", "pieces"), "Tokens with their values");
    this.now = live("status plain");
    return [this.now, this.pieces];
  }

  async compute() {
    const [opened] = this.models;
    const text = this.text.input.value;
    const ids = opened.tokenizer.encode(text).slice(0, MOST_TOKENS);
    const tokens = [opened.config.start_id, ...ids].map((id) => opened.tokenizer.show(id));
    const said = `${amount(tokens.length, "token")}, the first of which starts the text.`;
    return { text, tokens, traces: gatesOf(opened, ids), said };
  }

  // The stored example holds the `values` of one unit, those of all are computed.
  show({ tokens, traces, values }) {
    Object.assign(this, { tokens, traces, values });
    this.draw();
  }

  draw() {
    const { name, key } = QUANTITIES[this.quantity.input.selectedIndex];
    const unit = Number(this.unit.input.value);
    const layer = this.layer.input.selectedIndex;
    const values = this.traces?.[layer].map((step) => step[key][unit]) ?? this.values;
    this.drawValues(values, `${name} of unit ${unit} in layer ${layer + 1}`);
  }

  drawValues(values, title) {
    const most = Math.max(1, ...values.map(Math.abs));
    const shown = this.tokens.map((token, at) => {
      const item = element("li", "piece", visible(token), element("span", "small", decimal(values[at])));
      item.style.setProperty("--lmb-xx-a", `${Math.round((100 * Math.abs(values[at])) / most)}%`);
      item.toggleAttribute("data-negative", values[at] < 0);
      return item;
    });
    this.pieces.replaceChildren(...shown);
    const order = rankedIds(values);
    const end = (word, at) => `${word} ${decimal(values[at])} at “${visible(this.tokens[at])}”`;
    this.now.textContent = `${title}: ${end("greatest", order[0])}, ${end("least", order.at(-1))}.`;
  }

  nextLively() {
    const { key } = QUANTITIES[this.quantity.input.selectedIndex];
    const units = liveliest(this.traces[this.layer.input.selectedIndex], key, 12);
    const at = units.indexOf(Number(this.unit.input.value));
    this.unit.set(units[(at + 1) % units.length]);
    this.draw();
  }
}
