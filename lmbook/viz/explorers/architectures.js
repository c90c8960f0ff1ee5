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

export const grouped = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

// A whole number from a text field, held between 1 and max; null where there is none.
export function wholeNumber(text, max) {
  if (!/^\s*\d+\s*$/.test(text)) return null;
  return Math.min(Math.max(Number(text), 1), max);
}

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = `lmb-ar-${className}`;
  node.append(...children);
  return node;
}

function control(label, field, ...extra) {
  return element("label", "control", element("span", "label", label, ...extra), field);
}

function select(names, onChange) {
  const node = element("select", "input", ...names.map((name, at) => new Option(name, at)));
  node.addEventListener("change", onChange);
  return node;
}

function slider(max, onInput) {
  const node = Object.assign(element("input", "slider"), { type: "range", min: 0, max, step: 1 });
  node.value = 0;
  node.addEventListener("input", onInput);
  return node;
}

function live(className) {
  const node = element("p", className);
  node.setAttribute("role", "status");
  node.setAttribute("aria-live", "polite");
  return node;
}

class Explorer {
  constructor(model) {
    this.source = model.get("source");
    this.target = model.get("target");
    this.published = model.get("published");
    this.architectures = Object.keys(LABELS);
    this.choice = select(Object.values(LABELS), () => this.choose());
    this.token = slider(0, () => this.go(Number(this.token.value)));
    this.prefix = slider(this.source.length, () => this.draw());
    this.padding = slider(3, () => this.choose());
    this.values = ["token", "prefix", "padding"].map(() => element("span", "value"));
    this.status = live("status");
    this.table = element("table", "table");
    this.scroll = element("div", "scroll", this.table);
    this.scroll.tabIndex = 0;
    this.scroll.setAttribute("role", "group");
    this.scroll.setAttribute("aria-label", "Mask; arrow keys up and down change the token");
    this.scroll.addEventListener("keydown", (event) => this.onKey(event));
    this.makeCounts();
  }

  makeCounts() {
    const names = this.published.map(({ name }) => name);
    this.preset = select(names, () => this.usePreset());
    this.fields = SIZES.map(({ max }) => {
      const field = Object.assign(element("input", "input"), { type: "number", min: 1, max, step: 1 });
      field.addEventListener("input", () => this.count());
      return field;
    });
    this.total = live("status");
    this.counts = element("table", "counts");
  }

  view() {
    const [token, prefix, padding] = this.values;
    this.prefixControl = control("Bidirectional prefix", this.prefix, prefix);
    const controls = [
      control("Architecture", this.choice),
      control("Token", this.token, token),
      this.prefixControl,
      control("Padding", this.padding, padding),
    ];
    const legend = `Rows ask, columns answer. ${MARKS.self} may look, in its own stack; ${MARKS.cross} may look across, at the encoder's memory; ${MARKS.none} may not.`;
    const sizes = SIZES.map(({ label }, at) => control(label, this.fields[at]));
    const section = element(
      "section",
      "explorer",
      element("div", "controls", ...controls),
      this.status,
      this.scroll,
      element("p", "note", legend),
      element("div", "controls", control("Sizes of", this.preset), ...sizes),
      this.total,
      this.counts,
    );
    section.setAttribute("aria-label", "Architecture explorer: who may look at whom, at what size?");
    this.at = Math.min(2, this.source.length - 1);
    this.choose();
    this.usePreset();
    return section;
  }

  architecture() {
    return this.architectures[Number(this.choice.value)];
  }

  choose() {
    const architecture = this.architecture();
    const nPadding = Number(this.padding.value);
    this.items = line({ architecture, source: this.source, target: this.target, nPadding });
    this.prefixControl.hidden = architecture !== "decoder";
    this.token.max = this.items.length - 1;
    this.at = Math.min(this.at, this.items.length - 1);
    this.draw();
  }

  draw() {
    const prefix = this.architecture() === "decoder" ? Number(this.prefix.value) : 0;
    this.rows = matrix(this.items, prefix);
    this.values[1].textContent = `${prefix} tokens`;
    this.values[2].textContent = `${this.padding.value} tokens`;
    const heads = this.items.map(({ stack, token }, at) => {
      const head = element("th", "head", String(at + 1));
      head.scope = "col";
      head.setAttribute("aria-label", `${at + 1}, ${token}, ${stack}`);
      return head;
    });
    const head = element("thead", "", element("tr", "", element("td", "corner"), ...heads));
    this.lines = this.rows.map((row, at) => this.drawRow(row, at));
    const caption = element("caption", "caption", `Mask of one layer: ${LABELS[this.architecture()]}`);
    this.table.replaceChildren(caption, head, element("tbody", "", ...this.lines));
    this.go(this.at);
  }

  drawRow(row, at) {
    const name = element("th", "token", `${at + 1} ${this.items[at].token}`);
    name.scope = "row";
    const cells = row.map((kind) => {
      const cell = element("td", `cell lmb-ar-${kind}`, MARKS[kind]);
      cell.setAttribute("aria-label", kind === "none" ? "may not" : `may, ${kind}`);
      return cell;
    });
    const node = element("tr", "row", name, ...cells);
    node.addEventListener("click", () => this.go(at));
    return node;
  }

  go(at) {
    this.at = Math.min(Math.max(at, 0), this.items.length - 1);
    const text = describeToken(this.items, this.rows[this.at], this.at);
    this.token.value = this.at;
    this.token.setAttribute("aria-valuetext", text);
    this.values[0].textContent = this.items[this.at].token;
    this.status.textContent = text;
    this.lines.forEach((row, i) => row.toggleAttribute("data-now", i === this.at));
  }

  onKey(event) {
    const moves = { ArrowUp: -1, ArrowDown: 1 };
    if (!(event.key in moves)) return;
    event.preventDefault();
    this.go(this.at + moves[event.key]);
  }

  usePreset() {
    const sizes = this.published[Number(this.preset.value)];
    SIZES.forEach(({ name }, at) => {
      this.fields[at].value = sizes[name];
    });
    this.count();
  }

  count() {
    const sizes = { ...this.published[Number(this.preset.value)] };
    SIZES.forEach(({ name, max }, at) => {
      const value = wholeNumber(this.fields[at].value, max);
      this.fields[at].setAttribute("aria-invalid", String(value === null));
      sizes[name] = value ?? sizes[name];
    });
    const counts = countParameters(sizes);
    const sum = total(counts);
    const largest = counts.reduce((a, b) => (b.count > a.count ? b : a));
    const share = Math.round((100 * largest.count) / sum);
    this.total.textContent = `${grouped(sum)} parameters; ${share} % of them are ${largest.part}.`;
    const lines = counts.map(({ part, count }) => this.drawCount(part, count, sum));
    const caption = element("caption", "caption", "Parameters by part; an output layer tied to the embeddings adds none");
    this.counts.replaceChildren(caption, element("tbody", "", ...lines));
  }

  drawCount(part, count, sum) {
    const head = element("th", "part", part);
    head.scope = "row";
    const bar = element("div", "bar");
    bar.style.width = `${(100 * count) / sum}%`;
    const cell = element("td", "barcell", bar);
    cell.setAttribute("aria-hidden", "true");
    return element("tr", "", head, element("td", "number", grouped(count)), cell);
  }
}

export default {
  render({ model, el }) {
    el.replaceChildren(new Explorer(model).view());
  },
};
