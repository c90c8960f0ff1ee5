// Attention explorer: the weights of one layer, one head and one looking token over a text.

const SHOWN = 6; // bars; the rest is one sum
const SAID = 3; // tokens named in the sentence

// -> the weights, 0 to 1, that one token gives to all tokens in one head of one layer
export function weightsOf({ bytes, nHeads, nTokens }, { layer, head, query }) {
  const start = ((layer * nHeads + head) * nTokens + query) * nTokens;
  return Array.from(bytes.slice(start, start + nTokens), (byte) => byte / 255);
}

// 0.374 -> "37"; what is there but rounds to nothing is "<1"
export function percent(weight) {
  if (weight === 0) return "0";
  return weight < 0.005 ? "<1" : String(Math.round(100 * weight));
}

// -> [{at, weight}], greatest weight first, then the later place
export function ranked(weights) {
  const places = weights.map((weight, at) => ({ at, weight }));
  return places.sort((a, b) => b.weight - a.weight || b.at - a.at);
}

export function distance(at, query) {
  if (at === query) return "itself";
  return at < query ? `${query - at} back` : `${at - query} ahead`;
}

// "Layer 1, head 2, token 5 “␣thee”: looks at “␣love” 61 % (1 back), …"
export function describe(tokens, weights, { layer, head, query }) {
  const places = ranked(weights).slice(0, SAID).filter(({ weight }) => weight > 0);
  const looks = places.map(
    ({ at, weight }) => `“${visible(tokens[at])}” ${percent(weight)} % (${distance(at, query)})`,
  );
  const who = `token ${query + 1} “${visible(tokens[query])}”`;
  return `Layer ${layer + 1}, head ${head + 1}, ${who}: looks at ${looks.join(", ")}.`;
}

// The longest bars and the sum of the others, which share the rest of the row.
export function barsOf(weights) {
  const places = ranked(weights).filter(({ weight }) => weight > 0);
  const shown = places.slice(0, SHOWN);
  const others = places.slice(SHOWN);
  const left = others.reduce((sum, { weight }) => sum + weight, 0);
  return { shown, nOthers: others.length, left };
}

const numbered = (word, n) => Array.from({ length: n }, (_, i) => `${word} ${i + 1}`);

class Explorer {
  constructor(model) {
    this.texts = model.get("texts");
    this.notes = model.get("notes");
    this.nLayers = model.get("n_layers");
    this.nHeads = model.get("n_heads");
    // in the order layer, head, query, key
    this.bytes = model.get("values_base64").map(decodeBytes);
    this.at = 0;
    this.place = { layer: 0, head: 0, query: 0 };
    const titles = this.texts.map((tokens) => `${tokens.join("").trim().slice(0, 40)} …`);
    this.text = choice("Text", titles, (at) => this.chooseText(at));
    this.layer = choice("Layer", numbered("layer", this.nLayers), (layer) => this.go({ layer }));
    this.head = choice("Head", numbered("head", this.nHeads), (head) => this.go({ head }));
    this.slider = slider("Token that looks", { min: 1 }, (n) => this.go({ query: n - 1 }));
    this.line = Object.assign(named(element("div", "text"), "Text", "group"), { tabIndex: 0 });
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    onKeys(this.line, moves, (move) => this.move(move));
    this.note = element("p", "hint");
    this.status = live();
    this.bars = named(element("ul", "bars"), "Greatest weights of this row");
    this.makeTable();
  }

  makeTable() {
    const head = columns("", ...numbered("head", this.nHeads));
    this.buttons = numbered("layer", this.nLayers).map((_, layer) =>
      numbered("head", this.nHeads).map((__, h) =>
        button("", () => this.go({ layer, head: h }), { classes: "cell" })));
    const rows = this.buttons.map((buttons, layer) => {
      const cells = buttons.map((node) => element("td", "", node));
      return element("tr", "", th("row", "", `layer ${layer + 1}`), ...cells);
    });
    this.caption = caption();
    this.table = element("table", "table", this.caption, head, element("tbody", "", ...rows));
  }

  view() {
    const controls = element("div", "controls", this.layer.node, this.head.node);
    const way = "In the text: click, or arrow keys left and right for the token, up and down for the head.";
    const text = [this.text.node, controls, this.note, this.line, element("p", "hint", way)];
    const results = [this.slider.node, this.status, this.bars, element("div", "scroll", this.table)];
    this.chooseText(0);
    return section("Attention explorer: what does each head look at?", ...text, ...results);
  }

  source() {
    const sizes = { nHeads: this.nHeads, nTokens: this.texts[this.at].length };
    return { bytes: this.bytes[this.at], ...sizes };
  }

  chooseText(at) {
    this.at = at;
    const tokens = this.texts[at];
    this.slider.input.max = tokens.length;
    this.note.textContent = this.notes[at] ?? "";
    this.note.hidden = !this.note.textContent;
    this.spans = tokens.map((token, query) => {
      const shown = token.endsWith("\n") ? token.replaceAll("\n", "↵\n") : token;
      const span = element("span", "piece", shown);
      span.addEventListener("click", () => this.go({ query }));
      return span;
    });
    this.line.replaceChildren(...this.spans);
    this.go({ query: Math.floor((2 * tokens.length) / 3) });
  }

  go(change) {
    this.place = { ...this.place, ...change };
    const tokens = this.texts[this.at];
    this.place.query = clamp(this.place.query, tokens.length);
    const { layer, head, query } = this.place;
    this.layer.input.value = layer;
    this.head.input.value = head;
    this.slider.input.value = query + 1;
    this.slider.output.textContent = `${query + 1} of ${tokens.length}`;
    const weights = weightsOf(this.source(), this.place);
    weights.forEach((weight, i) => {
      this.spans[i].style.setProperty("--lmb-at-a", `${Math.round(100 * Math.sqrt(weight))}%`);
      this.spans[i].toggleAttribute("data-now", i === query);
    });
    const sentence = describe(tokens, weights, this.place);
    this.status.textContent = sentence;
    this.slider.input.setAttribute("aria-valuetext", sentence);
    this.line.setAttribute("aria-label", `Text, arrow keys choose. ${sentence}`);
    this.fillBars(tokens, weights);
    this.fillTable(tokens);
  }

  fillBars(tokens, weights) {
    const { shown, nOthers, left } = barsOf(weights);
    const line = (name, where, weight) =>
      bar([name, " ", element("span", "where", where)], weight, `${percent(weight)} %`);
    const lines = shown.map(({ at, weight }) =>
      line(visible(tokens[at]), distance(at, this.place.query), weight));
    if (nOthers > 0) lines.push(line(`${nOthers} others`, "together", left));
    this.bars.replaceChildren(...lines);
  }

  fillTable(tokens) {
    const { query } = this.place;
    this.caption.textContent = `Where “${visible(tokens[query])}” looks most, in every head`;
    this.buttons.forEach((buttons, layer) =>
      buttons.forEach((node, head) => {
        const [{ at, weight }] = ranked(weightsOf(this.source(), { layer, head, query }));
        const isNow = layer === this.place.layer && head === this.place.head;
        const token = visible(tokens[at]);
        const share = `${percent(weight)} %`;
        node.replaceChildren(token, " ", element("span", "amount", share));
        node.setAttribute("aria-pressed", String(isNow));
        const name = `Layer ${layer + 1}, head ${head + 1}: “${token}”`;
        named(node, `${name} ${share}, ${distance(at, query)}`);
      }));
  }

  move([step, turn]) {
    const { layer, head, query } = this.place;
    const next = clamp(layer * this.nHeads + head + turn, this.nLayers * this.nHeads);
    const place = { layer: Math.floor(next / this.nHeads), head: next % this.nHeads };
    this.go({ ...place, query: query + step });
  }
}
