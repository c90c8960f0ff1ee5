// Batching explorer: texts of unlike length become one table of ids, types and mask.

// How many ids of each segment stay if all of them have `room` places. Of a pair the longer text
// is cut until both are equally long; then both are, and an odd place goes to the longer one.
export function cutLengths(lengths, room) {
  if (lengths.length === 1) return [Math.min(lengths[0], room)];
  const swapped = lengths[0] > lengths[1];
  const [short, long] = swapped ? [lengths[1], lengths[0]] : lengths;
  const half = Math.floor(room / 2);
  let cut = [short, Math.min(long, Math.max(short, room - short))];
  if (cut[0] + cut[1] > room) cut = [half, room - half];
  return swapped ? [cut[1], cut[0]] : cut;
}

// A row with its special tokens: -> {ids, types, cut}, where `cut` counts what was left out.
export function assemble(segments, { start, end }, longest) {
  const lengths = segments.map((ids) => ids.length);
  const kept = cutLengths(lengths, Math.max(longest - 1 - segments.length, 0));
  const ids = [start];
  const types = [0];
  segments.forEach((segment, which) => {
    const part = [...segment.slice(0, kept[which]), end];
    ids.push(...part);
    types.push(...part.map(() => which));
  });
  const total = (numbers) => numbers.reduce((sum, n) => sum + n, 0);
  return { ids, types, cut: total(lengths) - total(kept) };
}

// The batch: every row padded to the longest, on the `side` "right" or "left".
export function batch(rows, pad, side) {
  const width = Math.max(...rows.map(({ ids }) => ids.length));
  return rows.map(({ ids, types }) => {
    const gap = Array(width - ids.length).fill(0);
    const put = (values, filler) => {
      const filled = gap.map(() => filler);
      return side === "left" ? [...filled, ...values] : [...values, ...filled];
    };
    return { ids: put(ids, pad), types: put(types, 0), mask: put(ids.map(() => 1), 0) };
  });
}

export function plural(n, word) {
  return `${n} ${word}${n === 1 ? "" : "s"}`;
}

// "2 rows of 9 places: 14 real tokens, 4 of padding (22 %). 3 tokens were cut."
export function describe(rows, table) {
  const width = table[0].ids.length;
  const real = table.flatMap(({ mask }) => mask).filter(Boolean).length;
  const padding = table.length * width - real;
  const cut = rows.reduce((sum, row) => sum + row.cut, 0);
  const share = Math.round((100 * padding) / (table.length * width));
  const size = `${plural(table.length, "row")} of ${width} places`;
  const cutting = cut ? `${plural(cut, "token")} ${cut === 1 ? "was" : "were"} cut.` : "";
  return `${size}: ${real} real tokens, ${padding} of padding (${share} %). ${cutting}`.trim();
}

const VIEWS = { pieces: "tokens", ids: "input_ids", mask: "attention_mask", types: "token_type_ids" };

export function cells(row, view, tokens) {
  return view === "pieces" ? row.ids.map((id) => tokens[id]) : row[view].map(String);
}

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = `lmb-bt-${className}`;
  node.append(...children);
  return node;
}

function select(options, onChange) {
  const node = element("select", "input");
  Object.entries(options).forEach(([value, name]) => node.append(new Option(name, value)));
  node.addEventListener("change", onChange);
  return node;
}

function control(name, ...parts) {
  return element("label", "control", element("span", "label", name), ...parts);
}

class Explorer {
  constructor(model) {
    this.texts = model.get("texts");
    this.tokens = model.get("tokens");
    this.special = { start: model.get("start"), end: model.get("end") };
    this.pad = model.get("pad");
    const full = this.texts.map((segments) => assemble(segments, this.special, Infinity).ids.length);
    this.longest = Math.max(...full);
    this.boxes = this.texts.map((_, i) => {
      const box = Object.assign(element("input", "box"), { type: "checkbox", checked: i < 3 });
      box.addEventListener("change", () => this.show());
      return box;
    });
    this.slider = Object.assign(element("input", "slider"), { type: "range", min: 5, step: 1 });
    this.slider.max = Math.max(this.longest, 5);
    this.slider.value = this.slider.max;
    this.slider.addEventListener("input", () => this.show());
    this.limit = element("span", "value");
    this.side = select({ right: "right", left: "left" }, () => this.show());
    this.view = select(VIEWS, () => this.show());
    this.status = element("p", "status");
    this.status.setAttribute("role", "status");
    this.status.setAttribute("aria-live", "polite");
    this.scroller = element("div", "scroller");
    this.scroller.tabIndex = 0;
    this.scroller.setAttribute("role", "region");
    this.scroller.setAttribute("aria-label", "The batch, a row a text");
  }

  name(segments) {
    const word = (id) => this.tokens[id];
    return segments.map((ids) => ids.map(word).join(" ").replaceAll(" ##", "")).join(" | ");
  }

  page() {
    const list = element("fieldset", "texts", element("legend", "label", "Texts of the batch"));
    this.texts.forEach((segments, i) => {
      list.append(element("label", "choice", this.boxes[i], this.name(segments)));
    });
    const room = control("Longest row, max_length: ", this.limit, this.slider);
    const sides = control("Padding side", this.side);
    const views = control("Show", this.view);
    const controls = element("div", "controls", room, sides, views);
    const parts = [list, controls, this.status, this.scroller];
    const section = element("section", "explorer", ...parts);
    section.setAttribute("aria-label", "Batching explorer: what does the tokenizer return?");
    this.show();
    return section;
  }

  show() {
    const limit = Number(this.slider.value);
    this.limit.textContent = String(limit);
    this.slider.setAttribute("aria-valuetext", `${limit} places`);
    const chosen = this.texts.map((_, i) => i).filter((i) => this.boxes[i].checked);
    if (chosen.length === 0) {
      this.status.textContent = "The batch is empty: choose a text.";
      this.scroller.replaceChildren();
      return;
    }
    const rows = chosen.map((i) => assemble(this.texts[i], this.special, limit));
    const table = batch(rows, this.pad, this.side.value);
    this.status.textContent = describe(rows, table);
    this.scroller.replaceChildren(this.table(chosen, table));
  }

  table(chosen, table) {
    const body = element("tbody");
    table.forEach((row, i) => {
      const head = element("th", "head", `text ${chosen[i] + 1}`);
      head.scope = "row";
      const line = element("tr", "", head);
      cells(row, this.view.value, this.tokens).forEach((text, place) => {
        const cell = element("td", "cell", text);
        if (!row.mask[place]) cell.setAttribute("data-padding", "");
        if (row.types[place]) cell.setAttribute("data-second", "");
        line.append(cell);
      });
      body.append(line);
    });
    const caption = element("caption", "caption", VIEWS[this.view.value]);
    return element("table", "table", caption, body);
  }
}

export default {
  render({ model, el }) {
    el.replaceChildren(new Explorer(model).page());
  },
};
