// Embedding explorer: neighbours by cosine in all dimensions, a map in two.

const WIDTH = 600;
const HEIGHT = 420;
const MARGIN = 34;
const MOST = 20;
const SVG = "http://www.w3.org/2000/svg";

function bytes(base64) {
  const text = atob(base64);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

// base64 of signed bytes, row after row -> n rows of length one
export function decodeVectors(base64, n) {
  const values = Int8Array.from(bytes(base64));
  const d = values.length / n;
  return Array.from({ length: n }, (_, at) => {
    const row = Array.from(values.slice(at * d, (at + 1) * d));
    const size = Math.hypot(...row);
    return row.map((value) => value / size);
  });
}

// base64 of little-endian signed 16-bit numbers -> pairs in [-1, 1]
export function decodePlaces(base64) {
  const raw = bytes(base64);
  const view = new DataView(raw.buffer);
  const places = [];
  for (let i = 0; i + 3 < raw.length; i += 4) {
    places.push([view.getInt16(i, true) / 32767, view.getInt16(i + 2, true) / 32767]);
  }
  return places;
}

export function cosine(a, b) {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

// The n rows closest to row `at`, without itself: most similar first, equal ones by id.
export function neighbours(rows, at, n) {
  const all = rows.map((row, id) => ({ id, cosine: cosine(row, rows[at]) }));
  const others = all.filter(({ id }) => id !== at);
  others.sort((a, b) => b.cosine - a.cosine || a.id - b.id);
  return others.slice(0, n);
}

// Words that begin with what was typed, in the order given (most frequent first).
export function suggestions(words, typed, n) {
  return words.filter((word) => word.startsWith(typed)).slice(0, n);
}

// A place in [-1, 1]² -> a point of the drawing; y points up.
export function toPoint([x, y]) {
  const across = MARGIN + ((x + 1) / 2) * (WIDTH - 2 * MARGIN);
  return [across, MARGIN + ((1 - y) / 2) * (HEIGHT - 2 * MARGIN)];
}

export function closest(points, [x, y]) {
  const far = points.map(([a, b]) => (a - x) ** 2 + (b - y) ** 2);
  return far.indexOf(Math.min(...far));
}

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = `lmb-em-${className}`;
  node.append(...children);
  return node;
}

function shape(tag, className, attributes = {}) {
  const node = document.createElementNS(SVG, tag);
  node.setAttribute("class", `lmb-em-${className}`);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

function slider(text, options, onInput) {
  const input = element("input", "slider");
  Object.assign(input, { type: "range", ariaLabel: text, ...options });
  const output = element("span", "value", input.value);
  input.addEventListener("input", () => {
    output.textContent = input.value;
    onInput();
  });
  const label = element("label", "control", element("span", "label", text, output), input);
  return { label, input };
}

function makeRow(pick) {
  const [word, bar, value] = ["word", "bar", "cosine"].map((name) => element("span", name));
  const fill = element("span", "fill");
  bar.append(fill);
  bar.setAttribute("aria-hidden", "true");
  const press = element("button", "row", word, bar, value);
  press.type = "button";
  const row = { item: element("li", "item", press) };
  row.fill = (text, similarity) => {
    word.textContent = text;
    value.textContent = similarity.toFixed(2).replace("-", "−");
    fill.style.width = `${100 * Math.max(0, similarity)}%`;
    row.text = text;
  };
  press.addEventListener("click", () => pick(row.text));
  return row;
}

class Explorer {
  constructor(model) {
    this.words = model.get("words").split(" ");
    this.rows = decodeVectors(model.get("vectors_base64"), this.words.length);
    this.points = decodePlaces(model.get("places_base64")).map(toPoint);
    this.input = element("input", "input");
    const plain = { spellcheck: false, autocomplete: "off", autocapitalize: "none" };
    Object.assign(this.input, { type: "text", ...plain, value: model.get("word") });
    this.input.addEventListener("input", () => this.update());
    const most = Math.min(MOST, this.words.length - 1);
    const options = { min: 1, max: most, step: 1, value: model.get("n_neighbours") };
    this.number = slider("Neighbours", options, () => this.update());
    this.status = element("div", "status");
    this.status.setAttribute("role", "status");
    this.status.setAttribute("aria-live", "polite");
    this.list = element("ol", "list");
    this.listed = Array.from({ length: most }, () => makeRow((word) => this.pick(word)));
    this.list.append(...this.listed.map(({ item }) => item));
    this.list.setAttribute("aria-label", "Nearest neighbours, most similar first");
  }

  drawing() {
    this.svg = shape("svg", "map", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
    const dots = this.points.map(([cx, cy]) => shape("circle", "dot", { cx, cy, r: 2.5 }));
    this.marks = shape("g", "marks");
    this.svg.append(...dots, this.marks);
    this.svg.addEventListener("click", (event) => {
      const box = this.svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * WIDTH;
      const y = ((event.clientY - box.top) / box.height) * HEIGHT;
      this.pick(this.words[closest(this.points, [x, y])]);
    });
    return this.svg;
  }

  view() {
    const name = element("span", "label", `Word (one of ${this.words.length})`);
    const word = element("label", "control", name, this.input);
    const controls = element("div", "controls", word, this.number.label);
    const hint = element("p", "hint", "Choose a neighbour, or a point of the map, to go there.");
    const both = element("div", "both", this.drawing(), element("div", "", hint, this.list));
    const section = element("section", "explorer", controls, this.status, both);
    section.setAttribute("aria-label", "Embedding explorer: which words are near?");
    this.update();
    return section;
  }

  pick(word) {
    this.input.value = word;
    this.update();
  }

  update() {
    const typed = this.input.value.trim().toLowerCase();
    const at = this.words.indexOf(typed);
    const found = at < 0 ? [] : neighbours(this.rows, at, Number(this.number.input.value));
    this.showList(found);
    this.showMap(at, found);
    this.status.dataset.state = at < 0 ? "unseen" : "seen";
    this.status.textContent = at < 0 ? this.describeUnknown(typed) : this.describe(typed, found);
  }

  describe(word, found) {
    const names = found.map(({ id }) => this.words[id]).join(", ");
    return `Nearest to “${word}”: ${names}.`;
  }

  describeUnknown(typed) {
    const near = typed === "" ? [] : suggestions(this.words, typed, 6);
    const help = near.length ? ` Words that begin so: ${near.join(", ")}.` : "";
    return typed === "" ? "Type a word." : `“${typed}” is not on the map.${help}`;
  }

  showList(found) {
    const focused = document.activeElement;
    this.listed.forEach((row, at) => {
      row.item.hidden = at >= found.length;
      if (at < found.length) row.fill(this.words[found[at].id], found[at].cosine);
    });
    // a hidden button would lose the keyboard
    if (this.listed.some(({ item }) => item.hidden && item.contains(focused))) this.input.focus();
  }

  showMap(at, found) {
    const ids = found.map(({ id }) => id);
    const shown = at < 0 ? [] : [...ids.reverse(), at]; // the chosen word is drawn last, on top
    this.marks.replaceChildren(
      ...shown.flatMap((id) => {
        const [x, y] = this.points[id];
        const kind = id === at ? "chosen" : "near";
        const left = x > WIDTH * 0.75;
        const place = { x: left ? x - 8 : x + 8, y: y + 5 };
        const text = shape("text", `name lmb-em-${kind}`, place);
        text.setAttribute("text-anchor", left ? "end" : "start");
        text.textContent = this.words[id];
        return [shape("circle", kind, { cx: x, cy: y, r: id === at ? 7 : 5 }), text];
      }),
    );
    const name = at < 0 ? "no word chosen" : `“${this.words[at]}” and its neighbours are marked`;
    this.svg.setAttribute("aria-label", `Map of ${this.words.length} words: ${name}`);
  }
}

export default {
  render({ model, el }) {
    el.replaceChildren(new Explorer(model).view());
  },
};
