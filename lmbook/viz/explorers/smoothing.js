// Smoothing explorer: one small text, five estimates of the next word, all counted in the page.

const EOS_ID = 1; // "</s>" ends a sequence
const ROWS = 12;

export const METHODS = [
  { id: "mle", name: "Maximum likelihood", needs: null },
  { id: "add", name: "Add-k", needs: "k" },
  { id: "absolute", name: "Absolute discounting", needs: "D" },
  { id: "witten-bell", name: "Witten–Bell", needs: null },
  { id: "kneser-ney", name: "Kneser–Ney (interpolated)", needs: "D" },
];

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

export function percent(probability) {
  const value = 100 * probability;
  if (value === 0) return "0 %";
  return value < 0.01 ? "< 0.01 %" : `${value.toFixed(value < 1 ? 2 : 1)} %`;
}

class Explorer {
  constructor(model) {
    this.tokens = model.get("tokens");
    const ids = decodeIds(model.get("ids_base64"));
    const heldOutIds = decodeIds(model.get("held_out_base64"));
    // counts of each order, made when first asked for: continuation counts depend on it
    this.makeModel = (order) => makeModel(ids, heldOutIds, this.tokens.length, order);
    this.models = new Map();
    this.index = new Map(this.tokens.map((token, id) => [token, id]));
    const update = () => this.update();
    this.method = choice("Method", METHODS.map(({ id, name }) => [id, name]), update);
    this.method.input.value = "kneser-ney";
    const max = model.get("max_order");
    this.order = slider("Order n", { min: 1, max, value: Math.min(2, max) }, update, String);
    const discount = { min: 0.05, max: 0.95, step: 0.05, value: 0.75 };
    this.discount = slider("Discount D", discount, update, (value) => value.toFixed(2));
    const power = { min: -4, max: 1, step: 0.5, value: 0 };
    const showK = (value) => String(Number((10 ** value).toPrecision(2)));
    this.k = slider("Added count k", power, update, showK);
    const name = "Context (words separated by spaces)";
    this.context = textField(name, model.get("context"), update);
    this.status = live("status plain");
    this.list = new Ranking(ROWS, 3, (id) => this.append(id), this.context.input);
    this.marks = this.list.rows.map((row) => {
      const mark = element("span", "mark");
      row.track.append(mark);
      return mark;
    });
    this.clear = button("Clear the context", () => this.setContext(""));
    this.facts = element("dl", "facts");
  }

  view() {
    const controls = [this.method, this.order, this.discount, this.k].map(({ node }) => node);
    const hint =
      "Each row: next word, probability, times in the text, times held out. " +
      "The mark on a bar is the held-out share. Choose one to append it.";
    const names = ["next word", "", "P", "text", "held out"];
    const head = element("div", "rank heading", ...names.map((text) => element("span", "", text)));
    this.update();
    return section(
      "Smoothing explorer: where does the probability go?",
      this.context.node,
      element("div", "buttons", this.clear),
      element("div", "controls", ...controls),
      this.status,
      element("p", "hint", hint),
      decoration(head),
      this.list.node,
      this.facts,
    );
  }

  settings() {
    const order = Number(this.order.input.value);
    const method = METHODS.find(({ id }) => id === this.method.input.value);
    const k = 10 ** Number(this.k.input.value);
    const value = method.needs === "k" ? k : Number(this.discount.input.value);
    const parsed = parseContext(this.context.input.value, this.index);
    const words = parsed.unknown.length > 0 ? parsed.ids.concat(0) : parsed.ids;
    if (!this.models.has(order)) this.models.set(order, this.makeModel(order));
    const model = this.models.get(order);
    return { order, method, value, parsed, model, context: lastWords(words, order, model.bosId) };
  }

  update() {
    const { order, method, value, parsed, model, context } = this.settings();
    this.discount.node.hidden = method.needs !== "D";
    this.k.node.hidden = method.needs !== "k";
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
    const largest = Math.max(...rows.flatMap((row) => [row.p, row.heldOutShare || 0]));
    this.list.fill(rows.map(({ id, p, count, heldOut }) => ({
      key: id,
      word: this.tokens[id],
      share: p / largest,
      cells: [percent(p), `${number.format(count)} ×`, `${number.format(heldOut)} ×`],
    })));
    rows.forEach(({ heldOutShare }, at) => {
      this.marks[at].style.left = `${Math.min(100, (100 * heldOutShare) / largest)}%`;
      this.marks[at].hidden = Number.isNaN(heldOutShare);
    });
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
    this.context.input.value = text;
    this.update();
    this.context.input.scrollLeft = this.context.input.scrollWidth;
  }

  append(id) {
    const text = id === EOS_ID ? "" : `${this.context.input.value.trim()} ${this.tokens[id]}`.trim();
    this.setContext(text);
  }
}
