// N-gram explorer: exact counts of any order by one scan of the ids, in the page itself.

const EOS_ID = 1; // "</s>" ends a sequence
const ROWS = 12;

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

class Explorer {
  constructor(model) {
    this.tokens = model.get("tokens");
    this.ids = decodeIds(model.get("ids_base64"));
    this.index = new Map(this.tokens.map((token, id) => [token, id]));
    const update = () => this.update();
    const max = model.get("max_order");
    this.order = slider("Order n", { min: 1, max, value: Math.min(3, max) }, update, String);
    const heat = { min: 0.2, max: 2, step: 0.1, value: 1 };
    this.temperature = slider("Temperature", heat, update, (value) => value.toFixed(1));
    this.context = textField("Context (words separated by spaces)", "", update);
    this.status = live("status plain");
    this.lower = button("", () => this.lowerOrder());
    this.list = new Ranking(ROWS, 2, (id) => this.append([id]), this.context.input);
    this.hint = element("p", "hint", "Most probable next words. Choose one to append it.");
    this.one = button("Sample a word", () => this.sample(1));
    this.twenty = button("Sample 20 words", () => this.sample(20));
    this.clear = button("Clear", () => this.setContext("", "Context cleared."));
  }

  view() {
    const sliders = element("div", "controls", this.order.node, this.temperature.node);
    const buttons = element("div", "buttons", this.one, this.twenty, this.clear);
    const results = [this.status, this.lower, this.hint, this.list.node];
    this.update();
    const name = "N-gram explorer: which word comes next?";
    return section(name, this.context.node, sliders, buttons, ...results);
  }

  settings() {
    const parsed = parseContext(this.context.input.value, this.index);
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
    this.list.fill(rows.slice(0, ROWS).map(({ id, probability, count }) => ({
      key: id,
      word: this.tokens[id],
      share: probability / rows[0].probability,
      cells: [percent(probability), `${number.format(count)} ×`],
    })));
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

  setContext(text, message) {
    this.context.input.value = text;
    this.update(message);
    this.context.input.scrollLeft = this.context.input.scrollWidth;
  }

  append(ids) {
    const added = ids.map((id) => this.tokens[id]).join(" ");
    const text = `${this.context.input.value.trim()} ${added}`.trim();
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
