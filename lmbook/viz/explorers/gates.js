// Gate explorer: one gate or state of one unit of a trained LSTM over a text.

const QUANTITIES = [
  { name: "forget gate", symbol: "f", at: 1, signed: false },
  { name: "input gate", symbol: "i", at: 0, signed: false },
  { name: "candidate", symbol: "g", at: 2, signed: true },
  { name: "cell state", symbol: "c", at: 4, signed: true },
  { name: "output gate", symbol: "o", at: 3, signed: false },
  { name: "hidden state", symbol: "h", at: 5, signed: true },
];
const FIRST = 3; // the cell state is shown first
const WIDTH = 600;
const HEIGHT = 90;

// base64 -> Uint8Array, the values in the order quantity, unit, time
export function decodeBytes(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

// One byte -> the value that it stands for. A gate is unsigned, a state has a sign.
export function decodeValue(byte, signed, limit) {
  if (!signed) return byte / 255;
  return ((byte > 127 ? byte - 256 : byte) / 127) * limit;
}

// -> the values of one quantity of one unit, one a character
export function trace({ bytes, nUnits, nSteps, quantity, unit, limit }) {
  const { at, signed } = quantity;
  const start = (at * nUnits + unit) * nSteps;
  const part = bytes.slice(start, start + nSteps);
  return Array.from(part, (byte) => decodeValue(byte, signed, at === 4 ? limit : 1));
}

// The text by code points, as Python counts them.
export const characters = (text) => [...text];

export function nameCharacter(character) {
  if (character === " ") return "space";
  if (character === "\n") return "line break";
  return `“${character}”`;
}

export const decimal = (value) => value.toFixed(2).replace("-", "−");

// Points of the line "x,y x,y …"; zero at the bottom for a gate, in the middle for a state.
export function linePoints(values, signed, limit) {
  const step = values.length > 1 ? WIDTH / (values.length - 1) : 0;
  const y = (value) => (signed ? (HEIGHT * (1 - value / limit)) / 2 : HEIGHT * (1 - value));
  return values.map((value, t) => `${(t * step).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
}

export function extremes(values) {
  const largest = values.indexOf(Math.max(...values));
  const smallest = values.indexOf(Math.min(...values));
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { largest, smallest, mean };
}

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = `lmb-ga-${className}`;
  node.append(...children);
  return node;
}

function svg(tag, attributes) {
  const node = document.createElementNS("http:" + "//www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  return node;
}

function choice(label, names, onChange) {
  const select = element("select", "input");
  names.forEach((name, i) => select.append(new Option(name, String(i))));
  select.addEventListener("change", onChange);
  const node = element("label", "control", element("span", "label", label), select);
  return { node, select };
}

class Explorer {
  constructor(model) {
    this.passages = model.get("passages").map(characters);
    this.units = model.get("units");
    this.notes = model.get("notes");
    this.limits = model.get("cell_limits");
    this.bytes = model.get("values_base64").map(decodeBytes);
    const titles = model.get("passages").map((text) => `${text.trim().slice(0, 32)} …`);
    this.passage = choice("Passage", titles, () => this.choosePassage());
    this.unit = choice("Unit", this.units, () => this.draw());
    const names = QUANTITIES.map(({ name, symbol }) => `${name} ${symbol}`);
    this.quantity = choice("Colour by", names, () => this.draw());
    this.quantity.select.value = String(FIRST);
    this.slider = element("input", "slider");
    Object.assign(this.slider, { type: "range", min: 0, step: 1, ariaLabel: "Position" });
    this.slider.addEventListener("input", () => this.move());
    this.where = element("span", "value");
    this.text = element("div", "text");
    this.text.setAttribute("role", "img");
    this.note = element("p", "note");
    this.status = element("div", "status");
    this.status.setAttribute("role", "status");
    this.status.setAttribute("aria-live", "polite");
    this.makePlot();
    this.makeTable();
  }

  makePlot() {
    this.plot = svg("svg", { viewBox: `0 -2 ${WIDTH} ${HEIGHT + 4}`, class: "lmb-ga-plot" });
    this.plot.setAttribute("preserveAspectRatio", "none");
    this.plot.setAttribute("aria-hidden", "true");
    this.zero = svg("line", { x1: 0, x2: WIDTH, class: "lmb-ga-zero" });
    this.line = svg("polyline", { class: "lmb-ga-line" });
    this.cursor = svg("line", { y1: 0, y2: HEIGHT, class: "lmb-ga-cursor" });
    this.plot.append(this.zero, this.line, this.cursor);
  }

  makeTable() {
    this.cells = QUANTITIES.map(() => element("td", "number"));
    const heads = QUANTITIES.map(({ name, symbol }) => {
      const head = element("th", "head", name, " ", element("i", "", symbol));
      head.scope = "row";
      return head;
    });
    const rows = heads.map((head, i) => element("tr", "", head, this.cells[i]));
    this.caption = element("caption", "caption");
    this.table = element("table", "table", this.caption, element("tbody", "", ...rows));
  }

  view() {
    const controls = [this.passage.node, this.unit.node, this.quantity.node];
    const label = element("span", "label", "Position", this.where);
    const position = element("label", "control", label, this.slider);
    const parts = [this.note, this.text, this.plot, position, this.status, this.table];
    const section = element("section", "explorer", element("div", "controls", ...controls));
    section.append(...parts);
    section.setAttribute("aria-label", "Gate explorer: what do the gates of an LSTM do?");
    this.choosePassage();
    return section;
  }

  values(quantity) {
    const at = Number(this.passage.select.value);
    const unit = Number(this.unit.select.value);
    const sizes = { nUnits: this.units.length, nSteps: this.passages[at].length };
    return trace({ bytes: this.bytes[at], ...sizes, quantity, unit, limit: this.limits[unit] });
  }

  choosePassage() {
    this.shown = this.passages[Number(this.passage.select.value)];
    this.slider.max = this.shown.length - 1;
    this.slider.value = Math.floor(this.shown.length / 2);
    this.spans = this.shown.map((character, t) => {
      const span = element("span", "", character === "\n" ? "↵\n" : character);
      span.addEventListener("click", () => {
        this.slider.value = t;
        this.move();
      });
      return span;
    });
    this.text.replaceChildren(...this.spans);
    this.draw();
  }

  draw() {
    const quantity = QUANTITIES[Number(this.quantity.select.value)];
    const unit = Number(this.unit.select.value);
    const limit = quantity.at === 4 ? this.limits[unit] : 1;
    const values = this.values(quantity);
    values.forEach((value, t) => {
      const sign = value < 0 ? " lmb-ga-negative" : "";
      this.spans[t].className = `lmb-ga-character${sign}`;
      this.spans[t].style.setProperty("--lmb-ga-a", `${Math.round((90 * Math.abs(value)) / limit)}%`);
    });
    this.line.setAttribute("points", linePoints(values, quantity.signed, limit));
    const zero = quantity.signed ? HEIGHT / 2 : HEIGHT;
    this.zero.setAttribute("y1", zero);
    this.zero.setAttribute("y2", zero);
    this.note.textContent = this.notes[unit] ?? "";
    this.note.hidden = !this.note.textContent;
    const { largest, smallest, mean } = extremes(values);
    const ends = `largest ${decimal(values[largest])} at ${nameCharacter(this.shown[largest])}`;
    const low = `smallest ${decimal(values[smallest])} at ${nameCharacter(this.shown[smallest])}`;
    this.summary = `${quantity.name}: mean ${decimal(mean)}, ${ends}, ${low}.`;
    const text = this.shown.join("");
    this.text.setAttribute("aria-label", `Passage coloured by the ${this.summary} Text: ${text}`);
    this.move();
  }

  move() {
    const t = Number(this.slider.value);
    const last = this.shown.length - 1;
    this.spans.forEach((span, at) => span.classList.toggle("lmb-ga-here", at === t));
    const x = last > 0 ? (t * WIDTH) / last : 0;
    this.cursor.setAttribute("x1", x);
    this.cursor.setAttribute("x2", x);
    const all = QUANTITIES.map((quantity) => this.values(quantity)[t]);
    all.forEach((value, i) => {
      this.cells[i].textContent = decimal(value);
    });
    const read = nameCharacter(this.shown[t]);
    this.where.textContent = `${t + 1} of ${last + 1}`;
    this.caption.textContent = `Unit ${this.units[Number(this.unit.select.value)]} after ${read}`;
    const chosen = Number(this.quantity.select.value);
    const now = `After ${read}: ${QUANTITIES[chosen].name} ${decimal(all[chosen])}.`;
    this.slider.setAttribute("aria-valuetext", `${t + 1}, ${now}`);
    this.status.textContent = `${now} In this passage, ${this.summary}`;
  }
}

export default {
  render({ model, el }) {
    el.replaceChildren(new Explorer(model).view());
  },
};
