// Smoothing explorer: one small text, five estimates of the next word, all counted in the page.

const EOS_ID = 1; // "</s>" ends a sequence
const ROWS = 12;
const number = new Intl.NumberFormat("en");

export const METHODS = [
  { id: "mle", name: "Maximum likelihood", needs: null },
  { id: "add", name: "Add-k", needs: "k" },
  { id: "absolute", name: "Absolute discounting", needs: "D" },
  { id: "witten-bell", name: "Witten–Bell", needs: null },
  { id: "kneser-ney", name: "Kneser–Ney (interpolated)", needs: "D" },
];

// base64 of little-endian unsigned 16-bit numbers -> number[]
export function decodeIds(base64) {
  const text = atob(base64);
  const ids = [];
  for (let i = 0; i < text.length; i += 2) {
    ids.push(text.charCodeAt(i) | (text.charCodeAt(i + 1) << 8));
  }
  return ids;
}

// Cut after every </s>; a rest without one is a sequence too.
export function sequences(ids) {
  const all = [[]];
  for (const id of ids) {
    all[all.length - 1].push(id);
    if (id === EOS_ID) all.push([]);
  }
  return all.filter((one) => one.length > 0);
}

function add(level, context, word, amount) {
  const key = context.join(" ");
  if (!level.has(key)) level.set(key, { total: 0, words: new Map() });
  const entry = level.get(key);
  entry.total += amount;
  entry.words.set(word, (entry.words.get(word) ?? 0) + amount);
}

// -> one Map a level, from the context's key to {total, words: Map(id -> count)}
export function countLevels(ids, order, bosId) {
  const levels = Array.from({ length: order }, () => new Map());
  for (const sequence of sequences(ids)) {
    const padded = [bosId, ...sequence];
    for (let t = 1; t < padded.length; t += 1) {
      for (let n = 1; n <= Math.min(order, t + 1); n += 1) {
        add(levels[n - 1], padded.slice(t - n + 1, t), padded[t], 1);
      }
    }
  }
  return levels;
}

// Below the top level a count becomes the number of different left neighbours. An n-gram
// that begins with the start mark has no left neighbour and keeps its count.
export function continuationLevels(levels, bosId) {
  return levels.map((level, at) => {
    if (at === levels.length - 1) return level;
    const adjusted = new Map();
    for (const [key, { words }] of levels[at + 1]) {
      const context = key.split(" ").map(Number).slice(1);
      for (const word of words.keys()) add(adjusted, context, word, 1);
    }
    const start = String(bosId);
    for (const [key, entry] of level) {
      if (key.split(" ")[0] === start) adjusted.set(key, entry);
    }
    return adjusted;
  });
}

// The words that order n looks at: the last n - 1, the start of the sequence being one of them.
export function lastWords(prefix, order, bosId) {
  return order === 1 ? [] : [bosId, ...prefix].slice(-(order - 1));
}

// What one level does to the lower estimate: p(w) = a(w) + rest * lower(w)
function share(method, { total, words }, value) {
  if (method === "witten-bell") {
    const rest = words.size / (total + words.size);
    return { own: (count) => count / (total + words.size), rest };
  }
  const kept = (count) => Math.max(count - value, 0) / total;
  return { own: kept, rest: (value * words.size) / total };
}

// Probability of one word after a context of at most order - 1 ids.
export function probability(model, method, value, context, word) {
  const { levels, continuation, vocabSize } = model;
  const chosen = method === "kneser-ney" ? continuation : levels;
  if (method === "mle" || method === "add") {
    const entry = levels[context.length].get(context.join(" "));
    const k = method === "add" ? value : 0;
    const count = entry?.words.get(word) ?? 0;
    return (count + k) / ((entry?.total ?? 0) + k * vocabSize);
  }
  let p = 1 / vocabSize;
  for (let n = 0; n <= context.length; n += 1) {
    const entry = chosen[n].get(context.slice(context.length - n).join(" "));
    if (!entry) continue; // an unseen context hands everything to the shorter one
    const { own, rest } = share(method, entry, value);
    p = own(entry.words.get(word) ?? 0) + rest * p;
  }
  return p;
}

export function distribution(model, method, value, context) {
  return Array.from({ length: model.vocabSize }, (_, word) =>
    probability(model, method, value, context, word),
  );
}

// -> mean surprise in bits a token, and how many tokens were impossible
export function heldOutBits(model, method, value, order) {
  let bits = 0;
  let tokens = 0;
  let impossible = 0;
  for (const sequence of model.heldOut) {
    for (let t = 0; t < sequence.length; t += 1) {
      const context = lastWords(sequence.slice(0, t), order, model.bosId);
      const p = probability(model, method, value, context, sequence[t]);
      if (p > 0) bits -= Math.log2(p);
      else impossible += 1; // 0 / 0, an unseen context, counts as impossible too
      tokens += 1;
    }
  }
  return { bits: impossible > 0 ? Infinity : bits / tokens, tokens, impossible };
}

export function makeModel(ids, heldOutIds, vocabSize, order) {
  const bosId = vocabSize;
  const levels = countLevels(ids, order, bosId);
  const heldOut = sequences(heldOutIds);
  const heldOutLevels = countLevels(heldOutIds, order, bosId);
  return {
    levels,
    heldOut,
    heldOutLevels,
    bosId,
    vocabSize,
    continuation: continuationLevels(levels, bosId),
  };
}

// -> {ids: number[], unknown: string[]}
export function parseContext(text, index) {
  const words = text.split(/\s+/).filter((word) => word !== "");
  const known = words.map((word) => index.get(word.toLowerCase()) ?? index.get(word));
  const unknown = words.filter((_, at) => known[at] === undefined);
  return { ids: known.filter((id) => id !== undefined), unknown };
}

export function percent(probability) {
  const value = 100 * probability;
  if (value === 0) return "0 %";
  return value < 0.01 ? "< 0.01 %" : `${value.toFixed(value < 1 ? 2 : 1)} %`;
}

const amount = (n, noun) => `${number.format(n)} ${noun}${n === 1 ? "" : "s"}`;

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = `lmb-sm-${className}`;
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
  const output = element("span", "value");
  const write = () => {
    output.textContent = show(Number(input.value));
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.addEventListener("input", () => {
    write();
    onInput();
  });
  write();
  const label = element("label", "control", element("span", "label", text, output), input);
  return { label, input };
}

function choice(text, options, onInput) {
  const select = element("select", "input");
  select.setAttribute("aria-label", text);
  for (const { id, name } of options) {
    select.append(Object.assign(document.createElement("option"), { value: id, textContent: name }));
  }
  select.addEventListener("change", onInput);
  return { label: element("label", "control", element("span", "label", text), select), select };
}

function makeRow(append) {
  const cells = ["word", "bar", "probability", "count", "count"];
  const [word, bar, chance, seen, later] = cells.map((name) => element("span", name));
  const [fill, mark] = [element("span", "fill"), element("span", "mark")];
  bar.append(fill, mark);
  bar.setAttribute("aria-hidden", "true");
  const press = button("", "row", () => append(row.id));
  press.append(word, bar, chance, seen, later);
  const row = { id: 0, item: element("li", "item", press) };
  row.fill = ({ id, p, count, heldOut, heldOutShare }, token, largest) => {
    row.id = id;
    word.textContent = token;
    fill.style.width = `${(100 * p) / largest}%`;
    mark.style.left = `${Math.min(100, (100 * heldOutShare) / largest)}%`;
    mark.hidden = Number.isNaN(heldOutShare);
    chance.textContent = percent(p);
    seen.textContent = `${number.format(count)} ×`;
    later.textContent = `${number.format(heldOut)} ×`;
  };
  return row;
}

class Explorer {
  constructor(widget) {
    this.tokens = widget.get("tokens");
    this.maxOrder = widget.get("max_order");
    const ids = decodeIds(widget.get("ids_base64"));
    const heldOutIds = decodeIds(widget.get("held_out_base64"));
    // counts of each order, made when first asked for: continuation counts depend on it
    this.makeModel = (order) => makeModel(ids, heldOutIds, this.tokens.length, order);
    this.models = new Map();
    this.index = new Map(this.tokens.map((token, id) => [token, id]));
    const update = () => this.update();
    this.method = choice("Method", METHODS, update);
    this.method.select.value = "kneser-ney";
    const orderOptions = { min: 1, max: this.maxOrder, step: 1, value: Math.min(2, this.maxOrder) };
    this.order = slider("Order n", orderOptions, String, update);
    const discount = { min: 0.05, max: 0.95, step: 0.05, value: 0.75 };
    this.discount = slider("Discount D", discount, (value) => value.toFixed(2), update);
    const power = { min: -4, max: 1, step: 0.5, value: 0 };
    const showK = (value) => String(Number((10 ** value).toPrecision(2)));
    this.k = slider("Added count k", power, showK, update);
    this.input = element("input", "input");
    const plain = { spellcheck: false, autocomplete: "off", autocapitalize: "none" };
    Object.assign(this.input, { type: "text", value: widget.get("context"), ...plain });
    this.input.addEventListener("input", update);
    this.status = element("div", "status");
    this.status.setAttribute("role", "status");
    this.status.setAttribute("aria-live", "polite");
    this.rows = Array.from({ length: ROWS }, () => makeRow((id) => this.append(id)));
    this.list = element("ol", "list", ...this.rows.map(({ item }) => item));
    const cells = "Each row: next word, probability, times in the text, times held out.";
    const rows = `${cells} The mark on a bar is the held-out share.`;
    this.hint = element("p", "hint", `${rows} Choose one to append it.`);
    this.clear = button("Clear the context", "button", () => this.setContext(""));
    this.facts = element("dl", "facts");
  }

  view() {
    const name = element("span", "label", "Context (words separated by spaces)");
    const context = element("label", "control", name, this.input);
    const controls = [this.method.label, this.order.label, this.discount.label, this.k.label];
    const grid = element("div", "sliders", ...controls);
    const names = ["next word", "", "P", "text", "held out"];
    const head = element("div", "head", ...names.map((text) => element("span", "", text)));
    head.setAttribute("aria-hidden", "true");
    const parts = [context, this.clear, grid, this.status, this.hint, head, this.list, this.facts];
    const section = element("section", "explorer", ...parts);
    section.setAttribute("aria-label", "Smoothing explorer: where does the probability go?");
    this.update();
    return section;
  }

  settings() {
    const order = Number(this.order.input.value);
    const method = METHODS.find(({ id }) => id === this.method.select.value);
    const k = 10 ** Number(this.k.input.value);
    const value = method.needs === "k" ? k : Number(this.discount.input.value);
    const parsed = parseContext(this.input.value, this.index);
    const words = parsed.unknown.length > 0 ? parsed.ids.concat(0) : parsed.ids;
    if (!this.models.has(order)) this.models.set(order, this.makeModel(order));
    const model = this.models.get(order);
    return { order, method, value, parsed, model, context: lastWords(words, order, model.bosId) };
  }

  update() {
    const { order, method, value, parsed, model, context } = this.settings();
    this.discount.label.hidden = method.needs !== "D";
    this.k.label.hidden = method.needs !== "k";
    const key = context.join(" ");
    const seen = model.levels[context.length].get(key);
    const later = model.heldOutLevels[context.length].get(key);
    const p = distribution(model, method.id, value, context);
    const row = (id) => {
      const heldOut = later?.words.get(id) ?? 0;
      const count = seen?.words.get(id) ?? 0;
      return { id, p: p[id], count, heldOut, heldOutShare: later ? heldOut / later.total : NaN };
    };
    const rows = p.every(Number.isFinite)
      ? p.map((_, id) => id).sort((a, b) => p[b] - p[a] || a - b).slice(0, ROWS).map(row)
      : [];
    this.showRows(rows.filter((one) => one.p > 0));
    this.status.textContent = this.describe(context, seen, later, parsed, rows);
    this.status.dataset.state = seen ? "seen" : "unseen";
    this.showFacts(p, seen, heldOutBits(model, method.id, value, order));
  }

  name(context, bosId) {
    if (context.length === 0) return "any word";
    const words = context.map((id) => (id === bosId ? "<s>" : this.tokens[id]));
    return `“${words.join(" ")}”`;
  }

  describe(context, seen, later, { unknown }, rows) {
    const names = unknown.map((word) => `“${word}”`).join(", ");
    const strange = unknown.length ? `Unknown, read as <unk>: ${names}. ` : "";
    const where = `After ${this.name(context, this.tokens.length)}: `;
    const text = seen
      ? `${amount(seen.total, "case")}, ${amount(seen.words.size, "different word")}`
      : "never seen";
    const held = later ? `${amount(later.total, "case")} held out` : "none held out";
    const none = rows.length === 0 ? " 0 / 0: no estimate." : "";
    return `${strange}${where}${text}; ${held}.${none}`;
  }

  showRows(rows) {
    const focused = document.activeElement;
    const largest = Math.max(...rows.flatMap((row) => [row.p, row.heldOutShare || 0]));
    this.rows.forEach((row, at) => {
      row.item.hidden = at >= rows.length;
      if (at < rows.length) row.fill(rows[at], this.tokens[rows[at].id], largest);
    });
    // a hidden button would lose the keyboard
    if (this.rows.some(({ item }) => item.hidden && item.contains(focused))) this.input.focus();
  }

  showFacts(p, seen, { bits, tokens, impossible }) {
    const sum = p.reduce((a, b) => a + b, 0);
    const unseen = p.reduce((mass, one, id) => mass + (seen?.words.has(id) ? 0 : one), 0);
    const known = Number.isFinite(sum);
    const score = Number.isFinite(bits)
      ? `${bits.toFixed(2)} bits a token, perplexity ${(2 ** bits).toFixed(0)}`
      : `infinite: ${number.format(impossible)} of ${amount(tokens, "token")} impossible`;
    const facts = [
      ["Left to words never seen here", known ? percent(unseen) : "none: 0 / 0"],
      ["Sum over the whole vocabulary", known ? sum.toFixed(6) : "none: 0 / 0"],
      ["Held-out text", score],
    ];
    this.facts.replaceChildren(
      ...facts.map(([name, text]) =>
        element("div", "fact", element("dt", "", name), element("dd", "", text)),
      ),
    );
  }

  setContext(text) {
    this.input.value = text;
    this.update();
    this.input.scrollLeft = this.input.scrollWidth;
  }

  append(id) {
    const text = id === EOS_ID ? "" : `${this.input.value.trim()} ${this.tokens[id]}`.trim();
    this.setContext(text);
  }
}

export default {
  render({ model, el }) {
    el.replaceChildren(new Explorer(model).view());
  },
};
