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

export const decimal = (value) => minus(value.toFixed(2));

// Points of the line "x,y x,y …"; zero at the bottom for a gate, in the middle for a state.
export function linePoints(values, signed, limit) {
  const step = values.length > 1 ? WIDTH / (values.length - 1) : 0;
  const y = (value) => (signed ? (HEIGHT * (1 - value / limit)) / 2 : HEIGHT * (1 - value));
  return pointList(values.map((value, t) => [t * step, y(value)]));
}

export function extremes(values) {
  const largest = values.indexOf(Math.max(...values));
  const smallest = values.indexOf(Math.min(...values));
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { largest, smallest, mean };
}

class Explorer {
  constructor(model) {
    this.passages = model.get("passages").map(characters);
    this.units = model.get("units");
    this.notes = model.get("notes");
    this.limits = model.get("cell_limits");
    // in the order quantity, unit, time
    this.bytes = model.get("values_base64").map(decodeBytes);
    const titles = model.get("passages").map((text) => `${text.trim().slice(0, 32)} …`);
    this.passage = choice("Passage", titles, () => this.choosePassage());
    this.unit = choice("Unit", this.units, () => this.draw());
    const names = QUANTITIES.map(({ name, symbol }) => `${name} ${symbol}`);
    this.quantity = choice("Colour by", names, () => this.draw());
    this.quantity.input.value = FIRST;
    this.slider = slider("Position", {}, () => this.move());
    this.text = put(element("div", "text"), { role: "img" });
    this.note = element("p", "hint");
    this.status = live("status plain");
    this.strip = strip(WIDTH, HEIGHT);
    decoration(this.strip.plot);
    this.cells = QUANTITIES.map(() => element("td"));
    this.caption = caption();
  }

  view() {
    const controls = [this.passage, this.unit, this.quantity].map(({ node }) => node);
    const rows = QUANTITIES.map(({ name, symbol }, i) =>
      element("tr", "", th("row", "", name, " ", element("i", "", symbol)), this.cells[i]));
    const table = element("table", "table", this.caption, element("tbody", "", ...rows));
    const parts = [this.note, this.text, this.strip.plot, this.slider.node, this.status, table];
    this.choosePassage();
    const name = "Gate explorer: what do the gates of an LSTM do?";
    return section(name, element("div", "controls", ...controls), ...parts);
  }

  values(quantity) {
    const at = this.passage.input.selectedIndex;
    const unit = this.unit.input.selectedIndex;
    const sizes = { nUnits: this.units.length, nSteps: this.passages[at].length };
    return trace({ bytes: this.bytes[at], ...sizes, quantity, unit, limit: this.limits[unit] });
  }

  choosePassage() {
    this.shown = this.passages[this.passage.input.selectedIndex];
    this.slider.input.max = this.shown.length - 1;
    this.slider.input.value = Math.floor(this.shown.length / 2);
    this.spans = this.shown.map((character, t) => {
      const span = element("span", "character", character === "\n" ? "↵\n" : character);
      span.addEventListener("click", () => {
        this.slider.input.value = t;
        this.move();
      });
      return span;
    });
    this.text.replaceChildren(...this.spans);
    this.draw();
  }

  draw() {
    const quantity = QUANTITIES[this.quantity.input.selectedIndex];
    const unit = this.unit.input.selectedIndex;
    const limit = quantity.at === 4 ? this.limits[unit] : 1;
    const values = this.values(quantity);
    values.forEach((value, t) => {
      this.spans[t].toggleAttribute("data-negative", value < 0);
      this.spans[t].style.setProperty("--lmb-ga-a", `${Math.round((90 * Math.abs(value)) / limit)}%`);
    });
    const zero = quantity.signed ? HEIGHT / 2 : HEIGHT;
    this.strip.draw(linePoints(values, quantity.signed, limit), zero);
    this.note.textContent = this.notes[unit] ?? "";
    this.note.hidden = !this.note.textContent;
    const { largest, smallest, mean } = extremes(values);
    const end = (name, at) => `${name} ${decimal(values[at])} at ${nameCharacter(this.shown[at])}`;
    const ends = `${end("largest", largest)}, ${end("smallest", smallest)}`;
    this.summary = `${quantity.name}: mean ${decimal(mean)}, ${ends}.`;
    named(this.text, `Passage coloured by the ${this.summary} Text: ${this.shown.join("")}`);
    this.move();
  }

  move() {
    const t = Number(this.slider.input.value);
    const last = this.shown.length - 1;
    this.spans.forEach((span, at) => span.toggleAttribute("data-now", at === t));
    this.strip.moveTo(last > 0 ? (t * WIDTH) / last : 0);
    const all = QUANTITIES.map((quantity) => this.values(quantity)[t]);
    all.forEach((value, i) => {
      this.cells[i].textContent = decimal(value);
    });
    const read = nameCharacter(this.shown[t]);
    this.slider.output.textContent = `${t + 1} of ${last + 1}`;
    this.caption.textContent = `Unit ${this.units[this.unit.input.selectedIndex]} after ${read}`;
    const chosen = this.quantity.input.selectedIndex;
    const now = `After ${read}: ${QUANTITIES[chosen].name} ${decimal(all[chosen])}.`;
    this.slider.input.setAttribute("aria-valuetext", `${t + 1}, ${now}`);
    this.status.textContent = `${now} In this passage, ${this.summary}`;
  }
}
