// Architecture explorer: who may look at whom, and how many parameters each part has.

const ENCODER = "encoder";
const BOTH = "encoder–decoder";
const LABELS = {
  encoder: "Encoder only (BERT, RoBERTa)",
  decoder: "Decoder only (GPT-2, Llama)",
  "encoder–decoder": "Encoder–decoder (Transformer, Marian)",
};
const MARKS = { self: "●", cross: "◆", none: "·" };
const SIZES = [
  { name: "vocab_size", label: "Tokens in the vocabulary", max: 200000 },
  { name: "d_model", label: "Width d", max: 8192 },
  { name: "d_ff", label: "Width of the feed-forward layer", max: 32768 },
  { name: "n_layers", label: "Layers (of each stack)", max: 100 },
];

// The tokens that stand side by side, each with its stack.
export function line({ architecture, source, target, nPadding }) {
  const pads = Array(nPadding).fill("[PAD]");
  const first = [...source, ...pads].map((token, at) => ({ token, isPad: at >= source.length }));
  if (architecture !== BOTH) return first.map((item) => ({ ...item, stack: architecture }));
  const second = target.map((token) => ({ token, isPad: false, stack: "decoder" }));
  return [...first.map((item) => ({ ...item, stack: ENCODER })), ...second];
}

// "self", "cross" or "none": may query i look at key j, in one layer?
export function look(items, i, j, prefix) {
  if (items[j].isPad) return "none";
  if (items[i].stack !== items[j].stack) return items[i].stack === "decoder" ? "cross" : "none";
  if (items[i].stack === ENCODER) return "self";
  const inPrefix = i < prefix && j < prefix;
  return inPrefix || j <= i ? "self" : "none";
}

export function matrix(items, prefix) {
  return items.map((_, i) => items.map((_, j) => look(items, i, j, prefix)));
}

// "“sat” (3 of 6, encoder) may look at 3 positions: the, cat, sat."
export function describeToken(items, row, at) {
  const { token, isPad, stack } = items[at];
  const seen = (kind) => items.filter((_, j) => row[j] === kind).map((item) => item.token);
  const own = seen("self");
  const cross = seen("cross");
  const where = `“${token}” (${at + 1} of ${items.length}, ${stack})`;
  const n = own.length + cross.length;
  const parts = [cross.length ? `the memory of ${cross.join(", ")}` : "", own.join(", ")];
  const list = parts.filter(Boolean).join("; and ");
  const pad = isPad ? " It is padding: nobody looks at it, and its own output is thrown away." : "";
  return `${where} may look at ${n} position${n === 1 ? "" : "s"}: ${list}.${pad}`;
}

// -> [{part, count}], every matrix with its bias
export function countParameters(sizes) {
  const { architecture, vocab_size: V, n_positions: P, n_types: types } = sizes;
  const { d_model: d, d_ff: f, n_layers: n } = sizes;
  const attention = 4 * d * d + 4 * d;
  const feedForward = 2 * d * f + f + d;
  const both = architecture === BOTH;
  const norms = (both ? 5 : 2) * n + sizes.n_embedding_norms + sizes.n_final_norms;
  const counts = [
    { part: "token embeddings", count: V * d },
    { part: "learned positions and types", count: (P + types) * d },
    { part: "self-attention", count: (both ? 2 : 1) * n * attention },
    { part: "cross-attention", count: (both ? 1 : 0) * n * attention },
    { part: "feed-forward layers", count: (both ? 2 : 1) * n * feedForward },
    { part: "layer norms", count: norms * 2 * d },
    { part: "pooler", count: sizes.has_pooler ? d * d + d : 0 },
  ];
  return counts.filter(({ count }) => count > 0);
}

export const total = (counts) => counts.reduce((sum, { count }) => sum + count, 0);

// A whole number from a text field, held between 1 and max; null where there is none.
export function wholeNumber(text, max) {
  if (!/^\s*\d+\s*$/.test(text)) return null;
  return Math.min(Math.max(Number(text), 1), max);
}

class Explorer {
  constructor(model) {
    this.source = model.get("source");
    this.target = model.get("target");
    this.published = model.get("published");
    this.architectures = Object.keys(LABELS);
    const tokens = (n) => `${n} tokens`;
    const nPrefix = { max: this.source.length, value: 0 };
    this.choice = choice("Architecture", Object.values(LABELS), () => this.choose());
    this.token = slider("Token", { max: 0 }, (at) => this.go(at));
    this.prefix = slider("Bidirectional prefix", nPrefix, () => this.draw(), tokens);
    this.padding = slider("Padding", { max: 3, value: 0 }, () => this.choose(), tokens);
    this.status = live();
    this.table = element("table", "table");
    this.scroll = scroller("Mask; arrow keys up and down change the token", this.table);
    onKeys(this.scroll, { ArrowUp: -1, ArrowDown: 1 }, (move) => this.go(this.at + move));
    const names = this.published.map(({ name }) => name);
    this.preset = choice("Sizes of", names, () => this.usePreset());
    this.fields = SIZES.map(({ max }) => {
      const field = Object.assign(element("input", "input"), { type: "number", min: 1, max, step: 1 });
      field.addEventListener("input", () => this.count());
      return field;
    });
    this.total = live();
    this.counts = element("table", "table counts");
  }

  view() {
    const controls = [this.choice, this.token, this.prefix, this.padding].map(({ node }) => node);
    const legend = `Rows ask, columns answer. ${MARKS.self} may look, in its own stack; ${MARKS.cross} may look across, at the encoder's memory; ${MARKS.none} may not.`;
    const sizes = SIZES.map(({ label }, at) => control(label, this.fields[at]));
    this.at = Math.min(2, this.source.length - 1);
    this.choose();
    this.usePreset();
    return section(
      "Architecture explorer: who may look at whom, at what size?",
      element("div", "controls", ...controls),
      this.status,
      this.scroll,
      element("p", "hint", legend),
      element("div", "controls", this.preset.node, ...sizes),
      this.total,
      this.counts,
    );
  }

  architecture() {
    return this.architectures[this.choice.input.selectedIndex];
  }

  choose() {
    const architecture = this.architecture();
    const nPadding = Number(this.padding.input.value);
    this.items = line({ architecture, source: this.source, target: this.target, nPadding });
    this.prefix.node.hidden = architecture !== "decoder";
    this.token.input.max = this.items.length - 1;
    this.at = Math.min(this.at, this.items.length - 1);
    this.draw();
  }

  draw() {
    const prefix = this.architecture() === "decoder" ? Number(this.prefix.input.value) : 0;
    this.rows = matrix(this.items, prefix);
    const heads = this.items.map(({ stack, token }, at) =>
      named(th("col", "head", String(at + 1)), `${at + 1}, ${token}, ${stack}`));
    const head = element("thead", "", element("tr", "", element("td"), ...heads));
    this.lines = this.rows.map((row, at) => this.drawRow(row, at));
    const title = caption(`Mask of one layer: ${LABELS[this.architecture()]}`);
    this.table.replaceChildren(title, head, element("tbody", "", ...this.lines));
    this.go(this.at);
  }

  drawRow(row, at) {
    const cells = row.map((kind) =>
      named(element("td", kind, MARKS[kind]), kind === "none" ? "may not" : `may, ${kind}`));
    const name = th("row", "asking", `${at + 1} ${this.items[at].token}`);
    const node = element("tr", "row", name, ...cells);
    node.addEventListener("click", () => this.go(at));
    return node;
  }

  go(at) {
    this.at = clamp(at, this.items.length);
    const text = describeToken(this.items, this.rows[this.at], this.at);
    this.token.input.value = this.at;
    this.token.input.setAttribute("aria-valuetext", text);
    this.token.output.textContent = this.items[this.at].token;
    this.status.textContent = text;
    this.lines.forEach((row, i) => row.toggleAttribute("data-now", i === this.at));
  }

  usePreset() {
    const sizes = this.published[this.preset.input.selectedIndex];
    SIZES.forEach(({ name }, at) => {
      this.fields[at].value = sizes[name];
    });
    this.count();
  }

  count() {
    const sizes = { ...this.published[this.preset.input.selectedIndex] };
    SIZES.forEach(({ name, max }, at) => {
      const value = wholeNumber(this.fields[at].value, max);
      this.fields[at].setAttribute("aria-invalid", String(value === null));
      sizes[name] = value ?? sizes[name];
    });
    const counts = countParameters(sizes);
    const sum = total(counts);
    const largest = counts.reduce((a, b) => (b.count > a.count ? b : a));
    const share = Math.round((100 * largest.count) / sum);
    const size = `${number.format(sum)} parameters`;
    this.total.textContent = `${size}; ${share} % of them are ${largest.part}.`;
    const lines = counts.map(({ part, count }) => {
      const cells = [number.format(count), track(count / sum)].map((x) => element("td", "", x));
      return element("tr", "", th("row", "", part), ...cells);
    });
    const title = caption("Parameters by part; an output layer tied to the embeddings adds none");
    this.counts.replaceChildren(title, element("tbody", "", ...lines));
  }
}
