// Noisy-channel explorer: candidates within one slip, scored in the page itself.

const KINDS = ["deletion", "insertion", "replacement", "transposition"];
const LETTERS = "^abcdefghijklmnopqrstuvwxyz"; // "^" stands before the first letter
const SIZE = LETTERS.length;
const ROWS = 10;

// base64 of little-endian float32 -> {kind: Float32Array(SIZE * SIZE)}
export function decodeRates(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const cells = SIZE * SIZE;
  const table = (k) =>
    Float32Array.from({ length: cells }, (_, i) => view.getFloat32(4 * (k * cells + i), true));
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

const decimal = (value) => value.toFixed(2).replace("-", "−");

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = `lmb-nc-${className}`;
  node.append(...children);
  return node;
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

function makeRow() {
  const word = element("th", "word");
  word.scope = "row";
  const cells = ["slip", "number", "number", "number"].map((name) => element("td", name));
  const fill = element("span", "fill");
  const bar = element("td", "bar", fill);
  bar.setAttribute("aria-hidden", "true");
  const row = { node: element("tr", "row", word, ...cells, bar) };
  row.fill = (candidate) => {
    word.textContent = candidate.word;
    const { edits, logPrior, logChannel: channel, score } = candidate;
    const texts = [nameSlip(edits), ...[logPrior, channel, score].map(decimal)];
    cells.forEach((td, i) => {
      td.textContent = texts[i];
    });
    fill.style.width = `${100 * candidate.share}%`;
  };
  return row;
}

class Explorer {
  constructor(model) {
    this.words = model.get("words").split(" ");
    this.counts = model.get("counts").split(" ").map(Number);
    this.total = this.counts.reduce((a, b) => a + b, 0);
    this.pError = model.get("p_error");
    this.channels = { learned: decodeRates(model.get("rates_base64")), uniform: uniformRates() };
    const update = () => this.update();
    this.input = element("input", "input");
    const plain = { spellcheck: false, autocomplete: "off", autocapitalize: "none" };
    Object.assign(this.input, { type: "text", ...plain, value: model.get("typed") });
    this.input.addEventListener("input", update);
    const range = { min: 0, max: 2, step: 0.1, value: 1 };
    this.weight = slider("Weight of the prior", range, (v) => Number(v).toFixed(1), update);
    this.select = element("select", "input");
    for (const [value, text] of [
      ["learned", "learned from real misspellings"],
      ["uniform", "all slips equally likely"],
    ]) {
      this.select.append(new Option(text, value));
    }
    this.select.addEventListener("change", update);
    this.status = element("div", "status");
    this.status.setAttribute("role", "status");
    this.status.setAttribute("aria-live", "polite");
    this.rows = Array.from({ length: ROWS }, makeRow);
  }

  view() {
    const typed = element("label", "control", element("span", "label", "Typed word"), this.input);
    const name = element("span", "label", "Channel");
    const channel = element("label", "control", name, this.select);
    const controls = element("div", "controls", channel, this.weight.label);
    const section = element("section", "explorer", typed, controls, this.status, this.makeTable());
    section.setAttribute("aria-label", "Noisy-channel explorer: which word was meant?");
    this.update();
    return section;
  }

  makeTable() {
    const heads = ["word", "slip", "log P(y)", "log P(x|y)", "total", "share"].map((text) => {
      const head = element("th", "head", text);
      head.scope = "col";
      return head;
    });
    heads[5].setAttribute("aria-hidden", "true");
    heads[5].classList.add("lmb-nc-bar");
    const caption = element("caption", "caption", "Candidates, the best first, in nats");
    const head = element("thead", "", element("tr", "", ...heads));
    this.table = element("table", "table", caption, head);
    this.table.append(element("tbody", "", ...this.rows.map(({ node }) => node)));
    return this.table;
  }

  update() {
    const typed = this.input.value.trim().toLowerCase();
    const isWord = /^[a-z]+$/.test(typed);
    const { words, counts, total, pError } = this;
    const setup = { words, counts, total, pError, typed, weight: Number(this.weight.input.value) };
    const rows = isWord ? rank({ ...setup, rates: this.channels[this.select.value] }) : [];
    this.table.hidden = rows.length === 0;
    this.rows.forEach((row, i) => {
      row.node.hidden = i >= rows.length;
      if (i < rows.length) row.fill(rows[i]);
    });
    this.status.textContent = isWord ? this.describe(typed, rows) : "Type one word of letters a to z.";
  }

  describe(typed, rows) {
    if (rows.length === 0) return `No known word is within one slip of “${typed}”.`;
    const [{ word, share }] = rows;
    const found = rows.length === 1 ? "1 candidate" : `${rows.length} candidates`;
    const more = rows.length > ROWS ? `, the best ${ROWS} below` : "";
    return `“${typed}” → “${word}”, share ${(100 * share).toFixed(1)} %. ${found}${more}.`;
  }
}

export default {
  render({ model, el }) {
    el.replaceChildren(new Explorer(model).view());
  },
};
