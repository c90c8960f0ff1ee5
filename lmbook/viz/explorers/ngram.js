// N-gram explorer: exact counts of any order by one scan of the ids, in the page itself.

const EOS_ID = 1; // "</s>" ends a sequence
const ROWS = 12;
const number = new Intl.NumberFormat("en");

// base64 of little-endian unsigned 16-bit numbers -> Uint16Array
export function decodeIds(base64) {
  const text = atob(base64);
  const ids = new Uint16Array(text.length / 2);
  for (let i = 0; i < ids.length; i += 1) {
    ids[i] = text.charCodeAt(2 * i) | (text.charCodeAt(2 * i + 1) << 8);
  }
  return ids;
}

// -> {ids: number[], unknown: string[]}
export function parseContext(text, index) {
  const words = text.split(/\s+/).filter((word) => word !== "");
  const known = words.map((word) => index.get(word.toLowerCase()) ?? index.get(word));
  const unknown = words.filter((_, at) => known[at] === undefined);
  return { ids: known.filter((id) => id !== undefined), unknown };
}

// Order n looks at n - 1 words, or at all of them where fewer are given.
export function lastWords(contextIds, order) {
  return order === 1 ? [] : contextIds.slice(-(order - 1));
}

// How often each word follows the context. A window never crosses the end of a sequence.
// -> {total, counts: Map(id -> count)}
export function countNext(ids, context, eosId) {
  const counts = new Map();
  let total = 0;
  if (context.includes(eosId)) return { total, counts };
  const n = context.length;
  for (let i = n; i < ids.length; i += 1) {
    let k = 0;
    while (k < n && ids[i - n + k] === context[k]) k += 1;
    if (k < n) continue;
    counts.set(ids[i], (counts.get(ids[i]) ?? 0) + 1);
    total += 1;
  }
  return { total, counts };
}

// p(word) proportional to count^(1 / temperature), most probable first, then by id
export function distribution(counts, temperature) {
  const rows = [...counts].map(([id, count]) => ({ id, count }));
  rows.sort((a, b) => b.count - a.count || a.id - b.id);
  // divided by the largest first: count^5 may be too large to add up exactly
  const weights = rows.map(({ count }) => (count / rows[0].count) ** (1 / temperature));
  const sum = weights.reduce((a, b) => a + b, 0);
  return rows.map((row, at) => ({ ...row, probability: weights[at] / sum }));
}

// u is uniform in [0, 1)
export function pick(rows, u) {
  let rest = u;
  for (const row of rows) {
    rest -= row.probability;
    if (rest < 0) return row.id;
  }
  return rows[rows.length - 1].id; // the probabilities add up to 1 only up to rounding
}

// Draw up to n words; stop at an unseen context or after the end of the sequence.
export function sampleWords({ ids, start, order, temperature, n, eosId, random }) {
  const drawn = [];
  while (drawn.length < n && drawn[drawn.length - 1] !== eosId) {
    const context = lastWords([...start, ...drawn], order);
    const { total, counts } = countNext(ids, context, eosId);
    if (total === 0) break;
    drawn.push(pick(distribution(counts, temperature), random()));
  }
  return drawn;
}

export function percent(probability) {
  const value = 100 * probability;
  return value > 0 && value < 0.01 ? "< 0.01 %" : `${value.toFixed(value < 1 ? 2 : 1)} %`;
}

const amount = (n, noun) => `${number.format(n)} ${noun}${n === 1 ? "" : "s"}`;

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = `lmb-ng-${className}`;
  node.append(...children);
  return node;
}

function button(text, className, onClick) {
  const node = element("button", className, text);
  node.addEventListener("click", onClick);
  return Object.assign(node, { type: "button" });
}

function slider(text, options, show, onInput) {
  const input = element("input", "slider");
  Object.assign(input, { type: "range", ariaLabel: text, ...options });
  const output = element("span", "value", show(input.value));
  input.addEventListener("input", () => {
    output.textContent = show(input.value);
    onInput();
  });
  const label = element("label", "control", element("span", "label", text, output), input);
  return { label, input };
}

function makeRow(append) {
  const [word, bar, probability, count] = ["word", "bar", "probability", "count"].map((name) =>
    element("span", name),
  );
  const fill = element("span", "fill");
  bar.append(fill);
  bar.setAttribute("aria-hidden", "true");
  const press = button("", "row", () => append(row.id));
  press.append(word, bar, probability, count);
  const row = { id: 0, item: element("li", "item", press) };
  row.fill = ({ id, probability: p, count: n }, token, largest) => {
    row.id = id;
    word.textContent = token;
    fill.style.width = `${(100 * p) / largest}%`;
    probability.textContent = percent(p);
    count.textContent = `${number.format(n)} ×`;
  };
  return row;
}

class Explorer {
  constructor(model) {
    this.tokens = model.get("tokens");
    this.ids = decodeIds(model.get("ids_base64"));
    this.index = new Map(this.tokens.map((token, id) => [token, id]));
    const maxOrder = model.get("max_order");
    const update = () => this.update();
    const orderOptions = { min: 1, max: maxOrder, step: 1, value: Math.min(3, maxOrder) };
    this.order = slider("Order n", orderOptions, String, update);
    const heat = { min: 0.2, max: 2, step: 0.1, value: 1 };
    this.temperature = slider("Temperature", heat, (value) => Number(value).toFixed(1), update);
    this.input = element("input", "input");
    const plain = { spellcheck: false, autocomplete: "off", autocapitalize: "none" };
    Object.assign(this.input, { type: "text", ...plain });
    this.input.addEventListener("input", update);
    this.status = element("div", "status");
    this.status.setAttribute("role", "status");
    this.status.setAttribute("aria-live", "polite");
    this.lower = button("", "button", () => this.lowerOrder());
    this.rows = Array.from({ length: ROWS }, () => makeRow((id) => this.append([id])));
    this.list = element("ol", "list", ...this.rows.map(({ item }) => item));
    this.hint = element("p", "hint", "Most probable next words. Choose one to append it.");
    this.one = button("Sample a word", "button", () => this.sample(1));
    this.twenty = button("Sample 20 words", "button", () => this.sample(20));
    this.clear = button("Clear", "button", () => this.setContext("", "Context cleared."));
  }

  view() {
    const name = element("span", "label", "Context (words separated by spaces)");
    const context = element("label", "control", name, this.input);
    const sliders = element("div", "sliders", this.order.label, this.temperature.label);
    const buttons = element("div", "buttons", this.one, this.twenty, this.clear);
    const results = [this.status, this.lower, this.hint, this.list];
    const section = element("section", "explorer", context, sliders, buttons, ...results);
    section.setAttribute("aria-label", "N-gram explorer: which word comes next?");
    this.update();
    return section;
  }

  settings() {
    const parsed = parseContext(this.input.value, this.index);
    const order = Number(this.order.input.value);
    return { parsed, order, context: lastWords(parsed.ids, order) };
  }

  quote(ids) {
    if (ids.length === 0) return "the empty context";
    return `“${ids.map((id) => this.tokens[id]).join(" ")}”`;
  }

  update(message = "") {
    const { parsed, order, context } = this.settings();
    const known = !parsed.unknown.length;
    const { total, counts } = countNext(this.ids, context, EOS_ID);
    const rows = known ? distribution(counts, Number(this.temperature.input.value)) : [];
    this.showRows(rows);
    this.hint.hidden = this.one.disabled = this.twenty.disabled = rows.length === 0;
    this.lower.hidden = !known || total > 0 || context.length === 0;
    this.lower.textContent = `Lower the order to ${context.length}`;
    this.status.dataset.state = rows.length > 0 ? "seen" : "unseen";
    const text = known ? this.describe(context, order, rows, total) : this.nameUnknown(parsed);
    this.status.textContent = message ? `${message} ${text}` : text;
  }

  nameUnknown({ unknown }) {
    const words = [...new Set(unknown)].map((word) => `“${word}”`).join(", ");
    return `Not in the vocabulary: ${words}. Punctuation marks are words of their own.`;
  }

  describe(context, order, rows, total) {
    if (total === 0) return `0 / 0: this context never occurs: ${this.quote(context)}.`;
    const isShort = context.length < order - 1;
    const short = isShort ? ` Order ${order} can look at ${amount(order - 1, "word")}.` : "";
    const amounts = `${amount(total, "case")}, ${amount(rows.length, "different word")}`;
    return `After ${this.quote(context)}: ${amounts}.${short}`;
  }

  showRows(rows) {
    const focused = document.activeElement;
    this.rows.forEach((row, at) => {
      row.item.hidden = at >= rows.length;
      if (at < rows.length) row.fill(rows[at], this.tokens[rows[at].id], rows[0].probability);
    });
    // a hidden button would lose the keyboard
    if (this.rows.some(({ item }) => item.hidden && item.contains(focused))) this.input.focus();
  }

  setContext(text, message) {
    this.input.value = text;
    this.update(message);
    this.input.scrollLeft = this.input.scrollWidth;
  }

  append(ids) {
    const added = ids.map((id) => this.tokens[id]).join(" ");
    const text = `${this.input.value.trim()} ${added}`.trim();
    const ended = ids[ids.length - 1] === EOS_ID;
    if (ended) this.setContext("", `The sequence ended: “${text}”. A new one starts.`);
    else this.setContext(text, `Added “${added}”.`);
  }

  sample(n) {
    const { parsed, order } = this.settings();
    const temperature = Number(this.temperature.input.value);
    const setup = { ids: this.ids, eosId: EOS_ID, start: parsed.ids, order, temperature, n };
    this.append(sampleWords({ ...setup, random: Math.random }));
  }

  lowerOrder() {
    this.order.input.value = this.settings().context.length;
    this.order.input.dispatchEvent(new Event("input"));
    if (this.lower.hidden) this.order.input.focus();
  }
}

export default {
  render({ model, el }) {
    el.replaceChildren(new Explorer(model).view());
  },
};
