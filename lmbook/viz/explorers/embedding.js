// Embedding explorer: neighbours by cosine in all dimensions, a map in two.

const WIDTH = 600;
const HEIGHT = 420;
const MARGIN = 34;
const MOST = 20;

// base64 of signed bytes, row after row -> n rows of length one
export function decodeVectors(base64, n) {
  const values = new Int8Array(decodeBytes(base64).buffer);
  const d = values.length / n;
  return Array.from({ length: n }, (_, at) => {
    const row = Array.from(values.slice(at * d, (at + 1) * d));
    const size = Math.hypot(...row);
    return row.map((value) => value / size);
  });
}

// base64 of little-endian signed 16-bit numbers -> pairs in [-1, 1]
export function decodePlaces(base64) {
  const view = new DataView(decodeBytes(base64).buffer);
  const at = (i) => view.getInt16(i, true) / 32767;
  return Array.from({ length: view.byteLength / 4 }, (_, i) => [at(4 * i), at(4 * i + 2)]);
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

class Explorer {
  constructor(model) {
    this.words = model.get("words").split(" ");
    this.rows = decodeVectors(model.get("vectors_base64"), this.words.length);
    this.points = decodePlaces(model.get("places_base64")).map(toPoint);
    const update = () => this.update();
    this.word = textField(`Word (one of ${this.words.length})`, model.get("word"), update);
    const most = Math.min(MOST, this.words.length - 1);
    const range = { min: 1, max: most, value: model.get("n_neighbours") };
    this.number = slider("Neighbours", range, update, String);
    this.status = live("status plain");
    this.list = new Ranking(most, 1, (word) => this.pick(word), this.word.input);
    named(this.list.node, "Nearest neighbours, most similar first");
  }

  drawing() {
    this.svg = drawn("svg", "map", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
    const dots = this.points.map(([cx, cy]) => drawn("circle", "dot", { cx, cy, r: 2.5 }));
    this.marks = drawn("g", "marks");
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
    const controls = element("div", "controls", this.word.node, this.number.node);
    const hint = element("p", "hint", "Choose a neighbour, or a point of the map, to go there.");
    const both = element("div", "both", this.drawing(), element("div", "", hint, this.list.node));
    this.update();
    return section("Embedding explorer: which words are near?", controls, this.status, both);
  }

  pick(word) {
    this.word.input.value = word;
    this.update();
  }

  update() {
    const typed = this.word.input.value.trim().toLowerCase();
    const at = this.words.indexOf(typed);
    const found = at < 0 ? [] : neighbours(this.rows, at, Number(this.number.input.value));
    this.list.fill(found.map(({ id, cosine: similarity }) => ({
      key: this.words[id],
      word: this.words[id],
      share: Math.max(0, similarity),
      cells: [minus(similarity.toFixed(2))],
    })));
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

  showMap(at, found) {
    const ids = found.map(({ id }) => id);
    const shown = at < 0 ? [] : [...ids.reverse(), at]; // the chosen word is drawn last, on top
    this.marks.replaceChildren(
      ...shown.flatMap((id) => {
        const [x, y] = this.points[id];
        const kind = id === at ? "chosen" : "near";
        const left = x > WIDTH * 0.75;
        const anchor = { "text-anchor": left ? "end" : "start" };
        const place = { x: left ? x - 8 : x + 8, y: y + 5, ...anchor };
        const text = drawn("text", `on-map ${kind}`, place, this.words[id]);
        return [drawn("circle", kind, { cx: x, cy: y, r: id === at ? 7 : 5 }), text];
      }),
    );
    const name = at < 0 ? "no word chosen" : `“${this.words[at]}” and its neighbours are marked`;
    named(this.svg, `Map of ${this.words.length} words: ${name}`);
  }
}
