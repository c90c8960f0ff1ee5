// What all explorers share: controls, tables, bars, plots. explorers/base.py puts an explorer's own
// prefix in the place of xx and appends the explorer's script, which defines the class Explorer.

export default {
  render({ model, el }) {
    el.replaceChildren(new Explorer(model).view());
  },
};

const prefixed = (names) => names.replace(/\S+/g, "lmb-xx-$&");

// A node of the page; its classes get the prefix. Text goes in as text, never as HTML.
export function element(tag, classes = "", ...children) {
  const node = document.createElement(tag);
  if (classes) node.className = prefixed(classes);
  node.append(...children);
  return node;
}

// A node of a drawing, likewise.
export function drawn(tag, classes, attributes = {}, text = "") {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  node.setAttribute("class", prefixed(classes));
  node.textContent = text;
  return put(node, attributes);
}

export function put(node, attributes) {
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  return node;
}

// ---- for screen readers and the keyboard

export const named = (node, name, role) => put(node, { "aria-label": name, ...(role && { role }) });

export const decoration = (node) => put(node, { "aria-hidden": "true" });

export const section = (name, ...parts) => named(element("section", "explorer", ...parts), name);

// A line that is read out whenever its text changes.
export const live = (classes = "status") =>
  put(element("p", classes), { role: "status", "aria-live": "polite" });

// A wide part that scrolls by itself, and so must take the keyboard.
export function scroller(name, ...children) {
  return Object.assign(named(element("div", "scroll", ...children), name, "group"), { tabIndex: 0 });
}

// `moves` maps the names of keys to what `act` gets.
export function onKeys(node, moves, act) {
  node.addEventListener("keydown", (event) => {
    if (!(event.key in moves)) return;
    event.preventDefault();
    act(moves[event.key]);
  });
}

// ---- controls; each is {input, node}, the node being its label with the input

export function control(name, input, ...beside) {
  return element("label", "control", element("span", "label", name, ...beside), input);
}

// Options are names, whose values are 0, 1, …, or pairs of value and name.
export function choice(name, options, onChange) {
  const pairs = options.map((option, at) => (Array.isArray(option) ? option : [at, option]));
  const items = pairs.map(([value, text]) => new Option(text, value));
  const input = element("select", "input", ...items);
  input.addEventListener("change", () => onChange(input.selectedIndex));
  return { input, node: control(name, input) };
}

// `show` makes the text beside the name; "" leaves the place to the explorer.
export function slider(name, range, onInput, show = () => "") {
  const input = element("input", "slider");
  Object.assign(input, { type: "range", min: 0, step: 1, ...range, ariaLabel: name });
  const output = element("span", "value");
  const update = () => {
    const text = show(Number(input.value));
    if (text === "") return;
    output.textContent = text;
    input.setAttribute("aria-valuetext", text);
  };
  const set = (value) => {
    input.value = value;
    update();
  };
  input.addEventListener("input", () => {
    update();
    onInput(Number(input.value));
  });
  update();
  return { input, output, update, set, node: control(name, input, output) };
}

export function textField(name, value, onInput) {
  const input = element("input", "input");
  const plain = { spellcheck: false, autocomplete: "off", autocapitalize: "none" };
  Object.assign(input, { type: "text", ...plain, value });
  input.addEventListener("input", () => onInput());
  return { input, node: control(name, input) };
}

// `state` may say that it is a radio button, and its name.
export function checkbox(text, state, onChange) {
  const input = Object.assign(element("input", "box"), { type: "checkbox", ...state });
  input.addEventListener("change", () => onChange());
  return { input, node: element("label", "option", input, text) };
}

export function button(text, onClick, { classes = "button", name } = {}) {
  const node = Object.assign(element("button", classes, text), { type: "button" });
  node.addEventListener("click", () => onClick());
  return name ? named(node, name) : node;
}

// ---- tables, lists and bars

export const th = (scope, classes, ...children) =>
  Object.assign(element("th", classes, ...children), { scope });

// The head of a table; "" is an empty corner.
export function columns(...names) {
  const cells = names.map((name) => (name === "" ? element("td") : th("col", "head", name)));
  return element("thead", "", element("tr", "", ...cells));
}

export const caption = (text = "") => element("caption", "caption", text);

// A bar of this share of its width.
export function track(share) {
  const node = decoration(element("span", "track", element("span", "fill")));
  setShare(node, share);
  return node;
}

export function setShare(node, share) {
  node.firstChild.style.width = `${(100 * share).toFixed(1)}%`;
}

export const bar = (name, share, text) =>
  element("li", "bar", element("span", "name", ...[name].flat()), track(share),
    element("span", "value", text));

// A list of buttons, each with a word, a bar and some cells; `pick` gets the key of the one chosen,
// and `input` the keyboard when its button goes.
export class Ranking {
  constructor(n, nCells, pick, input) {
    this.input = input;
    this.rows = Array.from({ length: n }, () => {
      const cells = Array.from({ length: nCells }, () => element("span", "count"));
      const row = { word: element("span", "word"), track: track(0), cells };
      const press = button("", () => pick(row.key), { classes: "rank" });
      press.style.setProperty("--lmb-xx-cells", nCells);
      press.append(row.word, row.track, ...cells);
      return Object.assign(row, { item: element("li", "", press) });
    });
    this.node = element("ol", "list", ...this.rows.map(({ item }) => item));
  }

  fill(entries) {
    const focused = document.activeElement;
    this.rows.forEach((row, at) => {
      row.item.hidden = at >= entries.length;
      if (row.item.hidden) return;
      const { key, word, share, cells } = entries[at];
      row.key = key;
      row.word.textContent = word;
      setShare(row.track, share);
      cells.forEach((text, i) => (row.cells[i].textContent = text));
    });
    // a hidden button would lose the keyboard
    if (this.rows.some(({ item }) => item.hidden && item.contains(focused))) this.input.focus();
  }
}

// A token of a row: may it be seen, is it the one that looks?
export function tokenChip(token, fact, { seen, now, ...marks }, onClick) {
  const sign = element("span", "sign", seen ? "✓" : "·");
  const node = element("li", "token", sign, token, element("span", "sign", fact));
  for (const [name, on] of Object.entries({ seen, now, ...marks })) {
    node.toggleAttribute(`data-${name}`, on);
  }
  node.addEventListener("click", () => onClick());
  return node;
}

// ---- plots

// Swatches with their texts: [classes or a drawing, text].
export function keys(...pairs) {
  const all = pairs.map(([look, text]) => {
    const swatch = typeof look === "string" ? element("span", `swatch ${look}`) : look;
    return element("span", "key", swatch, text);
  });
  return decoration(element("p", "keys", ...all));
}

// Round numbers from low to high for the marks of an axis.
export function ticks(low, high, log = false) {
  if (log) {
    const marks = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
      for (const digit of [1, 2, 5]) marks.push(Number((digit * 10 ** power).toPrecision(1)));
    }
    return marks.filter((mark) => mark >= low * 0.999 && mark <= high * 1.001);
  }
  const rough = (high - low) / 4;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((digit) => digit * unit).find((width) => width >= rough);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(6)));
}

// Grid lines, marks [place, text] of both axes, and the name below, around a plot of this size.
export function frame({ width, height, left, right, top, bottom }, across, up, name) {
  const text = (x, y, anchor, content) =>
    drawn("text", "tick", { x, y, "text-anchor": anchor }, minus(content));
  return [
    ...up.flatMap(([y, content]) => [
      drawn("line", "grid", { x1: left, x2: width - right, y1: y, y2: y }),
      text(left - 6, y + 5, "end", content),
    ]),
    ...across.map(([x, content, anchor]) =>
      text(x, height - bottom + 19, anchor ?? "middle", content)),
    text((left + width) / 2, height - 6, "middle", name),
  ];
}

export const pointList = (points) =>
  points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");

// A line without axes that is stretched to the width of the page, with zero and a cursor.
export function strip(width, height) {
  const viewBox = `0 -3 ${width} ${height + 6}`;
  const plot = drawn("svg", "strip", { viewBox, preserveAspectRatio: "none" });
  const zero = drawn("line", "zero", { x1: 0, x2: width });
  const line = drawn("polyline", "line");
  const cursor = drawn("line", "cursor", { y1: 0, y2: height });
  plot.append(zero, line, cursor);
  return {
    plot,
    draw(points, zeroAt) {
      line.setAttribute("points", points);
      put(zero, { y1: zeroAt, y2: zeroAt });
    },
    moveTo: (x) => put(cursor, { x1: x, x2: x }),
  };
}

// ---- numbers and texts

export const clamp = (value, n) => Math.min(Math.max(value, 0), n - 1);

export const minus = (text) => String(text).replace("-", "−");

export const number = new Intl.NumberFormat("en");

export const amount = (n, noun, plural = `${noun}s`) =>
  `${number.format(n)} ${n === 1 ? noun : plural}`;

// A token as a reader can see it: spaces and line breaks get a sign.
export const visible = (token) => token.replaceAll("\n", "↵").replaceAll(" ", "␣");

export const decodeBytes = (base64) =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

// base64 of little-endian unsigned 16-bit numbers -> number[]
export function decodeIds(base64) {
  const view = new DataView(decodeBytes(base64).buffer);
  return Array.from({ length: view.byteLength / 2 }, (_, i) => view.getUint16(2 * i, true));
}

// base64 of little-endian float32 numbers -> number[]
export function decodeFloats(base64) {
  const view = new DataView(decodeBytes(base64).buffer);
  return Array.from({ length: view.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

// Words of a text by their ids -> {ids: number[], unknown: string[]}
export function parseContext(text, index) {
  const words = text.split(/\s+/).filter((word) => word !== "");
  const known = words.map((word) => index.get(word.toLowerCase()) ?? index.get(word));
  const unknown = words.filter((_, at) => known[at] === undefined);
  return { ids: known.filter((id) => id !== undefined), unknown };
}

