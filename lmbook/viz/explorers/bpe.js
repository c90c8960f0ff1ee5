// Byte-pair encoding, one merge at a time, in the page itself.
//
// A token is a list of units: code points, or bytes of UTF-8. Ids number the alphabet in order of
// its units, then the merges in order of learning, as lmbook.tokenizers.bpe does.

const MIN_COUNT = 2; // a pair that occurs once saves nothing
const MAX_UNITS = 5000;
const WORDS_SHOWN = 24;
const PAIRS_SHOWN = 8;

// Words and single marks; a run of Chinese characters is one word, as it has no spaces.
export function splitText(text) {
  return text.match(/[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{M}\p{N}]/gu) ?? [];
}

export function unitsOf(word, level) {
  if (level === "byte") return [...new TextEncoder().encode(word)];
  return [...word].map((character) => character.codePointAt(0));
}

function compare(a, b) {
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    if (a[i] !== b[i]) return a[i] - b[i];
  }
  return a.length - b.length;
}

// -> {level, words: [{word, count, ids}], tokens: [units], merges: []}
export function start(text, level) {
  const counts = new Map();
  for (const word of splitText(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const units = new Set([...counts.keys()].flatMap((word) => unitsOf(word, level)));
  const alphabet = [...units].sort((a, b) => a - b);
  const index = new Map(alphabet.map((unit, id) => [unit, id]));
  const words = [...counts].map(([word, count]) => {
    return { word, count, ids: unitsOf(word, level).map((unit) => index.get(unit)) };
  });
  return { level, words, tokens: alphabet.map((unit) => [unit]), merges: [] };
}

// Every pair of neighbours in order of its first place in the text -> [{pair, count}]
export function countPairs(words) {
  const rows = new Map();
  for (const { ids, count } of words) {
    for (let i = 1; i < ids.length; i += 1) {
      const pair = [ids[i - 1], ids[i]];
      const key = pair.join();
      if (!rows.has(key)) rows.set(key, { pair, count: 0 });
      rows.get(key).count += count;
    }
  }
  return [...rows.values()];
}

// The order of equally frequent pairs under each rule.
const TIES = {
  first_seen: () => 0, // sorting is stable, and the rows come in that order
  greatest_pair: (a, b, tokens) =>
    compare(tokens[b[0]], tokens[a[0]]) || compare(tokens[b[1]], tokens[a[1]]),
  smallest_ids: (a, b) => compare(a, b),
};

// Most frequent first -> [{pair, count}]
export function rankPairs({ words, tokens }, ties) {
  const rule = TIES[ties];
  return countPairs(words).sort((a, b) => b.count - a.count || rule(a.pair, b.pair, tokens));
}

// Replace the pair from left to right; what was merged is not looked at again.
export function mergeIds(ids, [left, right], id) {
  const merged = [];
  for (let i = 0; i < ids.length; i += 1) {
    const found = ids[i] === left && ids[i + 1] === right;
    merged.push(found ? id : ids[i]);
    if (found) i += 1;
  }
  return merged;
}

// One merge, or null if no pair occurs twice
export function step(state, ties) {
  const [best] = rankPairs(state, ties);
  if (!best || best.count < MIN_COUNT) return null;
  const spelled = best.pair.flatMap((part) => state.tokens[part]);
  // a + aa after aa + a spells a token that is there already
  const known = state.tokens.findIndex((token) => compare(token, spelled) === 0);
  const id = known < 0 ? state.tokens.length : known;
  return {
    level: state.level,
    words: state.words.map((row) => ({ ...row, ids: mergeIds(row.ids, best.pair, id) })),
    tokens: known < 0 ? [...state.tokens, spelled] : state.tokens,
    merges: [...state.merges, { ...best, id }],
  };
}

export function countTokens({ words }) {
  return words.reduce((sum, { ids, count }) => sum + count * ids.length, 0);
}

// A token of bytes may be a part of a character: then its bytes are shown as numbers.
export function showToken(units, level) {
  if (level === "character") return String.fromCodePoint(...units);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(units));
  } catch {
    return units.map((unit) => unit.toString(16).toUpperCase().padStart(2, "0")).join("·");
  }
}

// Points of a falling or growing line in a box of 100 by 40 units, 0 at the bottom
export function linePoints(values, largest) {
  const width = Math.max(values.length - 1, 1);
  const x = (i) => ((100 * i) / width).toFixed(2);
  const y = (value) => (40 - (38 * value) / largest).toFixed(2);
  return values.map((value, i) => `${x(i)},${y(value)}`).join(" ");
}

class Explorer {
  constructor(model) {
    this.samples = model.get("samples");
    const restart = () => this.restart();
    const names = this.samples.map(({ name }) => name);
    this.sample = choice("Sample", names, () => this.useSample());
    const levels = [["character", "characters"], ["byte", "bytes of UTF-8"]];
    this.level = choice("Alphabet", levels, restart);
    this.level.input.value = model.get("level");
    const rules = [
      ["first_seen", "first seen"],
      ["greatest_pair", "greatest pair"],
      ["smallest_ids", "smallest ids"],
    ];
    this.ties = choice("Equal counts", rules, restart);
    this.ties.input.value = model.get("ties");
    this.text = element("textarea", "input");
    Object.assign(this.text, { rows: 3, spellcheck: false, maxLength: MAX_UNITS });
    this.text.addEventListener("input", restart);
    this.forward = button("Merge", () => this.forwardOne());
    this.back = button("Back", () => this.backOne());
    this.run = button("Run to the end", () => this.runAll());
    this.reset = button("Start again", restart);
    this.status = live("status plain");
    this.makeChart();
    this.body = element("tbody");
    this.words = element("ul", "chips words");
    this.more = element("p", "hint");
    this.tokens = element("ol", "chips");
  }

  makeChart() {
    const size = { viewBox: "0 0 100 40", preserveAspectRatio: "none", role: "img" };
    this.chart = drawn("svg", "strip chart", size);
    this.lines = ["tokens-line", "vocabulary-line"].map((name) => drawn("polyline", `line ${name}`));
    this.chart.append(...this.lines);
  }

  view() {
    const choices = [this.sample, this.level, this.ties].map(({ node }) => node);
    const buttons = element("div", "buttons", this.forward, this.back, this.run, this.reset);
    const title = (text) => element("div", "label", text);
    const pairs = element("table", "table", caption("Most frequent pairs"), columns("Pair", "Count"), this.body);
    const words = element("div", "panel", title("Words as tokens"), this.words, this.more);
    const key = keys(["tokens-line", "tokens of the text"], ["vocabulary-line", "size of the vocabulary"]);
    key.append("after each merge");
    this.growth = element("div", "panel", this.chart, key);
    this.useSample();
    return section(
      "Byte-pair encoding, one merge at a time",
      element("div", "controls", ...choices),
      control("Text to learn from", this.text),
      buttons,
      this.status,
      element("div", "panels", pairs, words),
      element("div", "panel", title("Learned tokens"), this.tokens),
      this.growth,
    );
  }

  useSample() {
    this.text.value = this.samples[this.sample.input.selectedIndex].text;
    this.restart();
  }

  restart() {
    this.states = [start(this.text.value, this.level.input.value)];
    this.update("");
  }

  get state() {
    return this.states[this.states.length - 1];
  }

  next() {
    return step(this.state, this.ties.input.value);
  }

  forwardOne() {
    const next = this.next();
    if (next) this.states.push(next);
    this.update(next ? this.lastMerge() : "");
  }

  backOne() {
    this.states.pop();
    this.update("One merge taken back.");
  }

  runAll() {
    for (let next = this.next(); next; next = this.next()) this.states.push(next);
    this.update(`${amount(this.state.merges.length, "merge")} in all.`);
  }

  lastMerge() {
    const { merges } = this.state;
    const { pair, count, id } = merges[merges.length - 1];
    const [left, right] = pair.map((part) => this.show(part));
    const made = `${left} + ${right} → ${this.show(id)}`;
    return `Merge ${merges.length}: ${made}, ${number.format(count)} times.`;
  }

  show(id) {
    return showToken(this.state.tokens[id], this.state.level);
  }

  update(message) {
    const { words, tokens } = this.state;
    const pairs = rankPairs(this.state, this.ties.input.value);
    const done = pairs.length === 0 || pairs[0].count < MIN_COUNT;
    const text = amount(countTokens(this.state), "token");
    const sizes = `Vocabulary ${number.format(tokens.length)}, text ${text}.`;
    const end = done && words.length > 0 ? " No pair occurs twice: training ends." : "";
    const report = `${message} ${sizes}${end}`.trim();
    this.status.textContent = words.length > 0 ? report : "The text is empty.";
    this.fillPairs(pairs, done);
    this.fillWords(words);
    this.fillTokens();
    this.drawGrowth();
    this.setButtons(done);
  }

  setButtons(done) {
    const focused = document.activeElement;
    this.forward.disabled = this.run.disabled = done;
    this.back.disabled = this.reset.disabled = this.states.length === 1;
    // a disabled button would lose the keyboard
    if (focused?.disabled) (done ? this.back : this.forward).focus();
  }

  chip(id) {
    const learned = id >= this.states[0].tokens.length;
    const newest = this.state.merges.at(-1)?.id === id;
    const look = newest ? "newest" : learned ? "learned" : "";
    return element("span", `chip ${look}`, this.show(id));
  }

  chips(ids) {
    return ids.flatMap((id) => [this.chip(id), " "]);
  }

  fillPairs(pairs, done) {
    const ties = pairs.filter(({ count }) => count === pairs[0].count).length;
    const rows = pairs.slice(0, PAIRS_SHOWN).map(({ pair, count }, at) => {
      const cell = element("td", "", ...this.chips(pair));
      const note = at === 0 && !done ? (ties > 1 ? `next, of ${ties} equal` : "next") : "";
      if (note) cell.append(element("span", "quiet", note));
      return element("tr", note ? "next" : "", cell, element("td", "", number.format(count)));
    });
    if (rows.length === 0) {
      rows.push(element("tr", "", element("td", "", "none"), element("td", "", "0")));
    }
    this.body.replaceChildren(...rows);
  }

  fillWords(words) {
    const items = words.slice(0, WORDS_SHOWN).map(({ ids, count }) => {
      const times = element("span", "quiet", `× ${number.format(count)}`);
      return element("li", "", ...this.chips(ids), times);
    });
    this.words.replaceChildren(...items);
    const rest = words.length - items.length;
    this.more.textContent = rest > 0 ? `and ${amount(rest, "more word")}` : "";
    this.more.hidden = rest <= 0;
  }

  fillTokens() {
    const first = this.states[0].tokens.length;
    const learned = this.state.tokens.slice(first).map((_, at) => this.chip(first + at));
    const items = learned.map((chip) => element("li", "", chip));
    if (items.length === 0) items.push(element("li", "hint", "none yet"));
    this.tokens.replaceChildren(...items);
  }

  drawGrowth() {
    const tokens = this.states.map(countTokens);
    const vocabulary = this.states.map((state) => state.tokens.length);
    const largest = Math.max(...tokens, ...vocabulary, 1);
    [tokens, vocabulary].forEach((series, at) => {
      this.lines[at].setAttribute("points", linePoints(series, largest));
    });
    const last = this.states.length - 1;
    this.growth.hidden = last === 0; // one point is no line
    const text = `the text went from ${tokens[0]} to ${tokens[last]} tokens`;
    const growth = `the vocabulary from ${vocabulary[0]} to ${vocabulary[last]}`;
    named(this.chart, `Over ${amount(last, "merge")} ${text} and ${growth}.`);
  }
}
