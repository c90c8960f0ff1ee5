// Attention explorer: the weights of one layer, one head and one looking token over a text.

const SHOWN = 6; // bars; the rest is one sum
const SAID = 3; // tokens named in the sentence

// base64 -> Uint8Array in the order layer, head, query, key
export function decodeBytes(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

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

// A token as a reader can see it: spaces and line breaks get a sign.
export function visible(token) {
  return token.replaceAll("\n", "↵").replaceAll(" ", "␣");
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

export function clamp(value, n) {
  return Math.min(Math.max(value, 0), n - 1);
}

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = `lmb-at-${className}`;
  node.append(...children);
  return node;
}

function choice(label, names, onChange) {
  const select = element("select", "input");
  names.forEach((name, i) => select.append(new Option(name, String(i))));
  select.addEventListener("change", () => onChange(Number(select.value)));
  const node = element("label", "control", element("span", "label", label), select);
  return { node, select };
}

function numbers(word, n) {
  return Array.from({ length: n }, (_, i) => `${word} ${i + 1}`);
}

function bar(name, where, weight) {
  const fill = element("span", "fill");
  fill.style.width = `${(100 * weight).toFixed(1)}%`;
  const track = element("span", "track", fill);
  track.setAttribute("aria-hidden", "true");
  const what = element("span", "name", name, " ", element("span", "where", where));
  return element("li", "bar", what, track, element("span", "value", `${percent(weight)} %`));
}

class Explorer {
  constructor(model) {
    this.texts = model.get("texts");
    this.notes = model.get("notes");
    this.nLayers = model.get("n_layers");
    this.nHeads = model.get("n_heads");
    this.bytes = model.get("values_base64").map(decodeBytes);
    this.at = 0;
    this.place = { layer: 0, head: 0, query: 0 };
    const titles = this.texts.map((tokens) => `${tokens.join("").trim().slice(0, 40)} …`);
    this.text = choice("Text", titles, (at) => this.chooseText(at));
    this.layer = choice("Layer", numbers("layer", this.nLayers), (layer) => this.go({ layer }));
    this.head = choice("Head", numbers("head", this.nHeads), (head) => this.go({ head }));
    this.slider = element("input", "slider");
    Object.assign(this.slider, { type: "range", min: 1, step: 1, ariaLabel: "Token that looks" });
    this.slider.addEventListener("input", () => this.go({ query: Number(this.slider.value) - 1 }));
    this.where = element("span", "value");
    this.line = element("div", "text");
    this.line.setAttribute("role", "group");
    this.line.tabIndex = 0;
    this.line.addEventListener("keydown", (event) => this.onKey(event));
    this.note = element("p", "note");
    this.status = element("p", "status");
    this.status.setAttribute("role", "status");
    this.status.setAttribute("aria-live", "polite");
    this.bars = element("ul", "bars");
    this.bars.setAttribute("aria-label", "Greatest weights of this row");
    this.makeTable();
  }

  makeTable() {
    const columns = numbers("head", this.nHeads).map((name) => {
      return Object.assign(element("th", "column", name), { scope: "col" });
    });
    const head = element("tr", "", element("td", "corner"), ...columns);
    this.buttons = numbers("layer", this.nLayers).map((_, layer) =>
      numbers("head", this.nHeads).map((_, head) => {
        const button = Object.assign(element("button", "cell"), { type: "button" });
        button.addEventListener("click", () => this.go({ layer, head }));
        return button;
      }),
    );
    const rows = this.buttons.map((buttons, layer) => {
      const name = Object.assign(element("th", "row", `layer ${layer + 1}`), { scope: "row" });
      return element("tr", "", name, ...buttons.map((button) => element("td", "", button)));
    });
    this.caption = element("caption", "caption");
    const body = element("tbody", "", ...rows);
    const table = element("table", "table", this.caption, element("thead", "", head), body);
    this.scroll = element("div", "scroll", table);
  }

  view() {
    const controls = element("div", "controls", this.layer.node, this.head.node);
    const label = element("span", "label", "Token that looks", this.where);
    const position = element("label", "control", label, this.slider);
    const keys = "In the text: click, or arrow keys left and right for the token, up and down for the head.";
    const hint = element("p", "hint", keys);
    const parts = [this.text.node, controls, this.note, this.line, hint, position];
    const results = [this.status, this.bars, this.scroll];
    const section = element("section", "explorer", ...parts, ...results);
    section.setAttribute("aria-label", "Attention explorer: what does each head look at?");
    this.chooseText(0);
    return section;
  }

  source() {
    const sizes = { nHeads: this.nHeads, nTokens: this.texts[this.at].length };
    return { bytes: this.bytes[this.at], ...sizes };
  }

  chooseText(at) {
    this.at = at;
    const tokens = this.texts[at];
    this.slider.max = tokens.length;
    this.note.textContent = this.notes[at] ?? "";
    this.note.hidden = !this.note.textContent;
    this.spans = tokens.map((token, query) => {
      const shown = token.endsWith("\n") ? token.replaceAll("\n", "↵\n") : token;
      const span = element("span", "token", shown);
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
    this.layer.select.value = String(layer);
    this.head.select.value = String(head);
    this.slider.value = query + 1;
    this.where.textContent = `${query + 1} of ${tokens.length}`;
    const weights = weightsOf(this.source(), this.place);
    weights.forEach((weight, i) => {
      this.spans[i].style.setProperty("--lmb-at-a", `${Math.round(100 * Math.sqrt(weight))}%`);
      this.spans[i].toggleAttribute("data-now", i === query);
    });
    const sentence = describe(tokens, weights, this.place);
    this.status.textContent = sentence;
    this.slider.setAttribute("aria-valuetext", sentence);
    this.line.setAttribute("aria-label", `Text, arrow keys choose. ${sentence}`);
    this.fillBars(tokens, weights);
    this.fillTable(tokens);
  }

  fillBars(tokens, weights) {
    const { shown, nOthers, left } = barsOf(weights);
    const { query } = this.place;
    const lines = shown.map(({ at, weight }) =>
      bar(visible(tokens[at]), distance(at, query), weight),
    );
    if (nOthers > 0) lines.push(bar(`${nOthers} others`, "together", left));
    this.bars.replaceChildren(...lines);
  }

  fillTable(tokens) {
    const { query } = this.place;
    this.caption.textContent = `Where “${visible(tokens[query])}” looks most, in every head`;
    this.buttons.forEach((buttons, layer) =>
      buttons.forEach((button, head) => {
        const [{ at, weight }] = ranked(weightsOf(this.source(), { layer, head, query }));
        const isNow = layer === this.place.layer && head === this.place.head;
        const amount = element("span", "amount", `${percent(weight)} %`);
        button.replaceChildren(visible(tokens[at]), " ", amount);
        button.setAttribute("aria-pressed", String(isNow));
        const name = `Layer ${layer + 1}, head ${head + 1}: “${visible(tokens[at])}”`;
        button.setAttribute("aria-label", `${name} ${percent(weight)} %, ${distance(at, query)}`);
      }),
    );
  }

  onKey(event) {
    const { layer, head, query } = this.place;
    const which = layer * this.nHeads + head;
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (!(event.key in moves)) return;
    event.preventDefault();
    const [step, turn] = moves[event.key];
    const next = clamp(which + turn, this.nLayers * this.nHeads);
    const place = { layer: Math.floor(next / this.nHeads), head: next % this.nHeads };
    this.go({ ...place, query: query + step });
  }
}

export default {
  render({ model, el }) {
    el.replaceChildren(new Explorer(model).view());
  },
};
