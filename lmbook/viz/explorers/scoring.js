// Scoring explorer: BLEU, chrF and ROUGE-L of one sentence while it is typed.

// The words of BLEU's tokenizer 13a.
export function bleuWords(text) {
  const apart = ` ${text} `
    .replace(/([{-~[-` -&(-+:-@/])/g, " $1 ")
    .replace(/([^0-9])([.,])/g, "$1 $2 ")
    .replace(/([.,])([^0-9])/g, " $1 $2")
    .replace(/([0-9])(-)/g, "$1 $2 ");
  return apart.split(/\s+/).filter(Boolean);
}

export const rougeWords = (text) => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

// -> Map from n-gram to how often it occurs
export function grams(units, n) {
  const found = new Map();
  for (let i = 0; i + n <= units.length; i += 1) {
    const key = JSON.stringify(units.slice(i, i + n));
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  return found;
}

// n-grams of both, and those that match: each at most as often as in the reference
export function shared(given, wanted, n) {
  const [ours, theirs] = [grams(given, n), grams(wanted, n)];
  let both = 0;
  for (const [gram, count] of ours) both += Math.min(count, theirs.get(gram) ?? 0);
  const size = (units) => Math.max(0, units.length - n + 1);
  return { both, given: size(given), wanted: size(wanted) };
}

// Sentence BLEU with exponential smoothing, over the orders that the hypothesis has.
export function bleu(given, wanted) {
  const [ours, theirs] = [bleuWords(given), bleuWords(wanted)];
  const orders = [1, 2, 3, 4].map((n) => shared(ours, theirs, n));
  const none = orders.every(({ both }) => both === 0);
  let [sum, used, smooth] = [0, 0, 1];
  for (const { both, given: n } of orders) {
    if (n === 0) break;
    if (both === 0) smooth *= 2;
    sum += Math.log(both === 0 ? 1 / (smooth * n) : both / n);
    used += 1;
  }
  const penalty =
    ours.length > 0 ? Math.exp(Math.min(0, 1 - theirs.length / ours.length)) : 0;
  return { orders, penalty, score: none ? 0 : 100 * penalty * Math.exp(sum / used) };
}

export function chrf(given, wanted) {
  const letters = (text) => [...text.replace(/\s+/g, "")];
  const [ours, theirs] = [letters(given), letters(wanted)];
  const orders = [1, 2, 3, 4, 5, 6]
    .map((n) => shared(ours, theirs, n))
    .filter((order) => order.given > 0 && order.wanted > 0);
  const mean = (side) =>
    orders.reduce((sum, order) => sum + order.both / order[side], 0) / Math.max(1, orders.length);
  const [precision, recall] = [mean("given"), mean("wanted")];
  return precision + recall > 0 ? (500 * precision * recall) / (4 * precision + recall) : 0;
}

export function rougeL(given, wanted) {
  const [ours, theirs] = [rougeWords(given), rougeWords(wanted)];
  let row = theirs.map(() => 0);
  for (const word of ours) {
    const next = [];
    for (let j = 0; j < theirs.length; j += 1) {
      const [left, corner] = [next[j - 1] ?? 0, row[j - 1] ?? 0];
      next.push(word === theirs[j] ? corner + 1 : Math.max(row[j], left));
    }
    row = next;
  }
  const common = row.at(-1) ?? 0;
  return common > 0 ? (2 * common) / (ours.length + theirs.length) : 0;
}

export function describe(given, wanted) {
  const { score, penalty } = bleu(given, wanted);
  return (
    `BLEU ${score.toFixed(1)}, chrF ${chrf(given, wanted).toFixed(1)}, ` +
    `ROUGE-L ${rougeL(given, wanted).toFixed(3)}. Brevity penalty ${penalty.toFixed(2)}.`
  );
}

class Explorer {
  constructor(model) {
    this.given = textField("Hypothesis", model.get("hypothesis"), () => this.show());
    this.wanted = textField("Reference", model.get("reference"), () => this.show());
    this.given.input.maxLength = 200;
    this.wanted.input.maxLength = 200;
    this.body = element("tbody");
    this.status = live();
  }

  view() {
    const title = caption("BLEU's n-grams");
    const head = columns("n", "matches", "of", "precision");
    const table = element("table", "table", title, head, this.body);
    this.show();
    return section("Scoring explorer: which words move which score?",
      this.wanted.node, this.given.node, this.status, table);
  }

  show() {
    const [given, wanted] = [this.given.input.value, this.wanted.input.value];
    const rows = bleu(given, wanted).orders.map(({ both, given: n }, at) =>
      [at + 1, both, n, n > 0 ? (both / n).toFixed(2) : "–"]);
    const line = (cells) => element("tr", "", ...cells.map((text) => element("td", "", `${text}`)));
    this.body.replaceChildren(...rows.map(line));
    this.status.textContent = describe(given, wanted);
  }
}
