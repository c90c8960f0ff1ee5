// Live attention: where every head of a model looks in the reader's own sentence.

const SHOWN = 6;

export const percent = (weight) => {
  if (weight === 0) return "0";
  return weight < 0.005 ? "<1" : String(Math.round(100 * weight));
};

// -> weights[layer][head][query][key] of a causal model; later keys have none. A text longer than
// the model's positions is cut.
export function attentionOf({ model, config }, ids) {
  const all = [config.start_id, ...ids].slice(0, model.limit);
  const state = model.start();
  const steps = all.map((id) => {
    const seen = { attention: [] };
    model.step(state, id, seen, false);
    return seen.attention;
  });
  return steps[0].map((heads, layer) =>
    heads.map((_, head) => steps.map((step) => Array.from(step[layer][head]))));
}

// What the stored example holds: "1000;400 600" are the weights of two queries, in thousandths.
export const unpacked = (rows) =>
  rows.split(";").map((row) => row.split(" ").map((weight) => weight / 1000));

class Explorer extends LiveExplorer {
  name = "Attention: where does each head look in your sentence?";

  label = "Your sentence";

  open = openModel;

  controls = () => [];

  results() {
    this.place = { ...this.example.shown, query: 0 };
    this.line = Object.assign(named(element("div", "line"), "Sentence", "group"), { tabIndex: 0 });
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    onKeys(this.line, moves, (move) => this.move(move));
    this.now = live("status plain");
    this.bars = named(element("ul", "bars"), "Greatest weights");
    this.table = element("table", "table");
    const way = "In the sentence: click, or arrow keys left and right for the token, up and down for the head.";
    const scroll = scroller("All heads", this.table);
    return [this.line, element("p", "hint", way), this.now, this.bars, scroll];
  }

  async compute() {
    const [opened] = this.models;
    const ids = opened.tokenizer.encode(this.text.input.value).slice(0, 60);
    const weights = attentionOf(opened, ids);
    const tokens = [opened.config.start_id, ...ids].map((id) => opened.tokenizer.show(id));
    const said = `${amount(tokens.length, "token")}, the first of which starts the text.`;
    return { text: this.text.input.value, tokens, weights, said };
  }

  show({ tokens, weights }) {
    const read = (head) => (typeof head === "string" ? unpacked(head) : head);
    Object.assign(this, { tokens, weights: weights.map((heads) => heads.map(read)) });
    this.spans = tokens.map((token, query) => {
      const span = element("span", "token", visible(token));
      span.addEventListener("click", () => this.go({ query }));
      return span;
    });
    this.line.replaceChildren(...this.spans);
    this.makeTable();
    this.go({ query: tokens.length - 1 });
  }

  makeTable() {
    const heads = this.weights[0].map((_, head) => `head ${head + 1}`);
    this.buttons = this.weights.map((all, layer) =>
      all.map((_, head) => button("", () => this.go({ layer, head }), { classes: "cell" })));
    const rows = this.buttons.map((buttons, layer) => {
      const cells = buttons.map((node) => element("td", "", node));
      return element("tr", "", th("row", "", `layer ${layer + 1}`), ...cells);
    });
    const title = caption("Where the token looks most, in every head");
    this.table.replaceChildren(title, columns("", ...heads), element("tbody", "", ...rows));
  }

  row = (layer, head) => this.weights[layer][head][this.place.query];

  go(change) {
    Object.assign(this.place, change);
    this.place.query = clamp(this.place.query, this.tokens.length);
    this.place.layer = clamp(this.place.layer, this.weights.length);
    const { layer, head, query } = this.place;
    const weights = this.row(layer, head);
    this.spans.forEach((span, at) => {
      const share = Math.round(100 * Math.sqrt(weights[at] ?? 0));
      span.style.setProperty("--lmb-xx-a", `${share}%`);
      span.toggleAttribute("data-now", at === query);
    });
    const order = rankedIds(weights);
    const name = (at) => `“${visible(this.tokens[at])}” ${percent(weights[at])} %`;
    const who = `Layer ${layer + 1}, head ${head + 1}, token ${query + 1} “${visible(this.tokens[query])}”`;
    const sentence = `${who}: looks at ${order.slice(0, 3).map(name).join(", ")}.`;
    this.now.textContent = sentence;
    this.line.setAttribute("aria-label", `Sentence, arrow keys choose. ${sentence}`);
    const bars = order.slice(0, SHOWN).map((at) =>
      bar(visible(this.tokens[at]), weights[at], `${percent(weights[at])} %`));
    this.bars.replaceChildren(...bars);
    this.fillTable();
  }

  fillTable() {
    this.buttons.forEach((buttons, layer) => buttons.forEach((node, head) => {
      const weights = this.row(layer, head);
      const [at] = rankedIds(weights);
      const isNow = layer === this.place.layer && head === this.place.head;
      const text = `${visible(this.tokens[at])} ${percent(weights[at])} %`;
      node.replaceChildren(text);
      node.setAttribute("aria-pressed", String(isNow));
      named(node, `Layer ${layer + 1}, head ${head + 1}: ${text}`);
    }));
  }

  move([step, turn]) {
    const nHeads = this.weights[0].length;
    const { layer, head, query } = this.place;
    const next = clamp(layer * nHeads + head + turn, this.weights.length * nHeads);
    this.go({ layer: Math.floor(next / nHeads), head: next % nHeads, query: query + step });
  }
}
