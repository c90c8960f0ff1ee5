// Noisy-channel explorer: candidates within one slip, scored in the page itself.

const KINDS = ["deletion", "insertion", "replacement", "transposition"];
const LETTERS = "^abcdefghijklmnopqrstuvwxyz"; // "^" stands before the first letter
const SIZE = LETTERS.length;
const ROWS = 10;

// base64 of little-endian float32 -> {kind: SIZE * SIZE numbers}
export function decodeRates(base64) {
  const all = decodeFloats(base64);
  const table = (k) => all.slice(k * SIZE * SIZE, (k + 1) * SIZE * SIZE);
  return Object.fromEntries(KINDS.map((kind, k) => [kind, table(k)]));
}

export function uniformRates() {
  return Object.fromEntries(KINDS.map((kind) => [kind, new Float32Array(SIZE * SIZE).fill(1)]));
}

const cell = (first, second) => LETTERS.indexOf(first) * SIZE + LETTERS.indexOf(second);

// The slips that turn one word into another: none, one, or several in a doubled letter.
// -> [{kind, first, second}]
export function singleEdits(intended, typed) {
  const difference = typed.length - intended.length;
  const padded = `^${intended}`;
  const found = [];
  if (difference === 1) {
    for (let i = 0; i <= intended.length; i += 1) {
      if (intended.slice(0, i) + typed[i] + intended.slice(i) === typed) {
        found.push({ kind: "insertion", first: padded[i], second: typed[i] });
      }
    }
  } else if (difference === -1) {
    for (let i = 0; i < intended.length; i += 1) {
      if (intended.slice(0, i) + intended.slice(i + 1) === typed) {
        found.push({ kind: "deletion", first: padded[i], second: intended[i] });
      }
    }
  } else if (difference === 0) {
    const at = [...intended].flatMap((letter, i) => (letter === typed[i] ? [] : [i]));
    const [i, j] = at;
    if (at.length === 1) {
      found.push({ kind: "replacement", first: intended[i], second: typed[i] });
    } else if (
      at.length === 2 && j === i + 1 && intended[i] === typed[j] && intended[j] === typed[i]
    ) {
      found.push({ kind: "transposition", first: intended[i], second: intended[j] });
    }
  }
  return found;
}

// The rates of all slips that a word admits, added up.
export function totalRate(rates, word) {
  const padded = `^${word}`;
  let total = 0;
  for (let i = 0; i < padded.length; i += 1) {
    for (const letter of LETTERS.slice(1)) {
      total += rates.insertion[cell(padded[i], letter)];
      if (i > 0 && letter !== padded[i]) total += rates.replacement[cell(padded[i], letter)];
    }
    if (i > 0) total += rates.deletion[cell(padded[i - 1], padded[i])];
    if (i > 1 && padded[i - 1] !== padded[i]) {
      total += rates.transposition[cell(padded[i - 1], padded[i])];
    }
  }
  return total;
}

// log P(typed | intended) in nats
export function logChannel(rates, pError, typed, intended, edits = singleEdits(intended, typed)) {
  if (typed === intended) return Math.log1p(-pError);
  const rate = edits.reduce((sum, e) => sum + rates[e.kind][cell(e.first, e.second)], 0);
  return Math.log(pError) + Math.log(rate) - Math.log(totalRate(rates, intended));
}

// -> [{word, edits, logPrior, logChannel, score, share}], best first, then in alphabetical order
export function rank({ words, counts, total, rates, pError, typed, weight }) {
  const found = [];
  words.forEach((word, i) => {
    if (Math.abs(word.length - typed.length) > 1) return;
    const edits = singleEdits(word, typed);
    if (word !== typed && edits.length === 0) return;
    const logPrior = Math.log(counts[i] / total);
    const channel = logChannel(rates, pError, typed, word, edits);
    const score = weight * logPrior + channel;
    found.push({ word, edits, logPrior, logChannel: channel, score });
  });
  found.sort((a, b) => b.score - a.score || (a.word < b.word ? -1 : 1));
  const sum = found.reduce((s, row) => s + Math.exp(row.score - found[0].score), 0);
  return found.map((row) => ({ ...row, share: Math.exp(row.score - found[0].score) / sum }));
}

export function nameSlip(edits) {
  if (edits.length === 0) return "as typed";
  const { kind, first, second } = edits[0];
  if (kind === "deletion") return `${second} dropped`;
  if (kind === "insertion") return `extra ${second}`;
  if (kind === "replacement") return `${second} for ${first}`;
  return `${first}${second} swapped`;
}

class Explorer {
  constructor(model) {
    this.words = model.get("words").split(" ");
    this.counts = model.get("counts").split(" ").map(Number);
    this.total = this.counts.reduce((a, b) => a + b, 0);
    this.pError = model.get("p_error");
    this.channels = { learned: decodeRates(model.get("rates_base64")), uniform: uniformRates() };
    const update = () => this.update();
    this.typed = textField("Typed word", model.get("typed"), update);
    const range = { max: 2, step: 0.1, value: 1 };
    this.weight = slider("Weight of the prior", range, update, (v) => v.toFixed(1));
    const kinds = [
      ["learned", "learned from real misspellings"],
      ["uniform", "all slips equally likely"],
    ];
    this.channel = choice("Channel", kinds, update);
    this.status = live("status plain");
    this.body = element("tbody");
  }

  view() {
    const controls = element("div", "controls", this.channel.node, this.weight.node);
    const head = columns("word", "slip", "log P(y)", "log P(x|y)", "total", "share");
    decoration(head.querySelector("th:last-child"));
    const title = caption("Candidates, the best first, in nats");
    this.table = element("table", "table", title, head, this.body);
    const parts = [this.typed.node, controls, this.status, this.table];
    this.update();
    return section("Noisy-channel explorer: which word was meant?", ...parts);
  }

  update() {
    const typed = this.typed.input.value.trim().toLowerCase();
    const isWord = /^[a-z]+$/.test(typed);
    const { words, counts, total, pError } = this;
    const weight = Number(this.weight.input.value);
    const rates = this.channels[this.channel.input.value];
    const rows = isWord ? rank({ words, counts, total, pError, typed, weight, rates }) : [];
    this.table.hidden = rows.length === 0;
    this.body.replaceChildren(...rows.slice(0, ROWS).map((row) => this.row(row)));
    this.status.textContent = isWord ? this.describe(typed, rows) : "Type one word of letters a to z.";
  }

  row({ word, edits, logPrior, logChannel: channel, score, share }) {
    const numbers = [logPrior, channel, score].map((value) => minus(value.toFixed(2)));
    const cells = [nameSlip(edits), ...numbers].map((text) => element("td", "", text));
    const length = decoration(element("td", "", track(share)));
    return element("tr", "", th("row", "", word), ...cells, length);
  }

  describe(typed, rows) {
    if (rows.length === 0) return `No known word is within one slip of “${typed}”.`;
    const [{ word, share }] = rows;
    const more = rows.length > ROWS ? `, the best ${ROWS} below` : "";
    const found = amount(rows.length, "candidate");
    return `“${typed}” → “${word}”, share ${(100 * share).toFixed(1)} %. ${found}${more}.`;
  }
}
