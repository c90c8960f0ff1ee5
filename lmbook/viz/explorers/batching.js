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

// "2 rows of 9 places: 14 real tokens, 4 of padding (22 %). 3 tokens were cut."
export function describe(rows, table) {
  const width = table[0].ids.length;
  const real = table.flatMap(({ mask }) => mask).filter(Boolean).length;
  const padding = table.length * width - real;
  const cut = rows.reduce((sum, row) => sum + row.cut, 0);
  const share = Math.round((100 * padding) / (table.length * width));
  const size = `${amount(table.length, "row")} of ${width} places`;
  const cutting = cut ? `${amount(cut, "token")} ${cut === 1 ? "was" : "were"} cut.` : "";
  return `${size}: ${real} real tokens, ${padding} of padding (${share} %). ${cutting}`.trim();
}

const VIEWS = { pieces: "tokens", ids: "input_ids", mask: "attention_mask", types: "token_type_ids" };

export function cells(row, view, tokens) {
  return view === "pieces" ? row.ids.map((id) => tokens[id]) : row[view].map(String);
}

class Explorer {
  constructor(model) {
    this.texts = model.get("texts");
    this.tokens = model.get("tokens");
    this.special = { start: model.get("start"), end: model.get("end") };
    this.pad = model.get("pad");
    const full = this.texts.map((segments) => assemble(segments, this.special, Infinity).ids.length);
    const longest = Math.max(...full, 5);
    const show = () => this.show();
    this.boxes = this.texts.map((segments, i) =>
      checkbox(this.name(segments), { checked: i < 3 }, show));
    const places = { min: 5, max: longest, value: longest };
    this.slider = slider("Longest row, max_length", places, show, (n) => `${n} places`);
    this.side = choice("Padding side", [["right", "right"], ["left", "left"]], show);
    this.shown = choice("Show", Object.entries(VIEWS), show);
    this.status = live();
    this.scroll = scroller("The batch, a row a text");
  }

  name(segments) {
    const word = (id) => this.tokens[id];
    return segments.map((ids) => ids.map(word).join(" ").replaceAll(" ##", "")).join(" | ");
  }

  view() {
    const boxes = this.boxes.map(({ node }) => node);
    const list = element("fieldset", "texts", element("legend", "label", "Texts of the batch"), ...boxes);
    const controls = [this.slider, this.side, this.shown].map(({ node }) => node);
    const parts = [list, element("div", "controls", ...controls), this.status, this.scroll];
    this.show();
    return section("Batching explorer: what does the tokenizer return?", ...parts);
  }

  show() {
    const chosen = this.texts.map((_, i) => i).filter((i) => this.boxes[i].input.checked);
    if (chosen.length === 0) {
      this.status.textContent = "The batch is empty: choose a text.";
      this.scroll.replaceChildren();
      return;
    }
    const limit = Number(this.slider.input.value);
    const rows = chosen.map((i) => assemble(this.texts[i], this.special, limit));
    const table = batch(rows, this.pad, this.side.input.value);
    this.status.textContent = describe(rows, table);
    this.scroll.replaceChildren(this.table(chosen, table));
  }

  table(chosen, table) {
    const kind = this.shown.input.value;
    const lines = table.map((row, i) => {
      const line = element("tr", "", th("row", "", `text ${chosen[i] + 1}`));
      cells(row, kind, this.tokens).forEach((text, place) => {
        const cell = element("td", "cell", text);
        cell.toggleAttribute("data-padding", !row.mask[place]);
        cell.toggleAttribute("data-second", Boolean(row.types[place]));
        line.append(cell);
      });
      return line;
    });
    return element("table", "table", caption(VIEWS[kind]), element("tbody", "", ...lines));
  }
}
