// Tagging explorer: the best sequence of a chain, and the probability of every tag.

const FORBIDDEN = -10000; // stands for minus infinity
const STEPS = 10; // of the weight, in one unit

export const open = (score) => score > FORBIDDEN / 2;

// The transitions times a weight; what is forbidden stays so, or costs nothing.
export function weighted(rows, weight, strict) {
  return rows.map((row) =>
    row.map((score) => (open(score) ? weight * score : strict ? -Infinity : 0)));
}

const sum = (values) => {
  const top = Math.max(...values);
  if (top === -Infinity) return top;
  return top + Math.log(values.reduce((total, value) => total + Math.exp(value - top), 0));
};

// The path of the highest score, as numbers of tags.
export function best(scores, moves, start, end) {
  let line = scores[0].map((score, tag) => score + start[tag]);
  const back = [];
  for (const here of scores.slice(1)) {
    const from = here.map((_, tag) => line.map((score, a) => score + moves[a][tag]));
    const pointers = from.map((values) => values.indexOf(Math.max(...values)));
    line = here.map((score, tag) => score + from[tag][pointers[tag]]);
    back.push(pointers);
  }
  const last = line.map((score, tag) => score + end[tag]);
  const path = [last.indexOf(Math.max(...last))];
  for (const pointers of back.reverse()) path.unshift(pointers[path[0]]);
  return path;
}

// P(tag at word), by sums from the left and from the right.
export function marginals(scores, moves, start, end) {
  const left = [scores[0].map((score, tag) => score + start[tag])];
  for (const here of scores.slice(1)) {
    const line = left.at(-1);
    left.push(here.map((score, tag) => score + sum(line.map((value, a) => value + moves[a][tag]))));
  }
  let right = end;
  const total = sum(left.at(-1).map((value, tag) => value + end[tag]));
  const shares = [];
  for (let i = scores.length - 1; i >= 0; i -= 1) {
    shares.unshift(left[i].map((value, tag) => Math.exp(value + right[tag] - total)));
    const after = right.map((value, tag) => value + scores[i][tag]);
    right = right.map((_, tag) => sum(after.map((value, b) => moves[tag][b] + value)));
  }
  return shares;
}

export function describe(words, tags, given, path, weight) {
  const wrong = words.filter((_, i) => tags[path[i]] !== given[i]);
  const errors = `${amount(wrong.length, "word")} wrong: ${wrong.join(", ")}`;
  const said = wrong.length ? errors : "all right";
  return `Transitions × ${weight.toFixed(1)}: ${said}.`;
}

class Explorer {
  constructor(model) {
    for (const name of ["words", "tags", "given", "scores", "transitions", "ends"]) {
      this[name] = model.get(name);
    }
    const show = () => this.show();
    const range = { max: 2 * STEPS, value: STEPS };
    this.weight = slider("Weight of the transitions", range, show, (v) => (v / STEPS).toFixed(1));
    this.strict = checkbox("Forbid what the scheme forbids", { checked: true }, show);
    this.status = live();
    this.body = element("tbody");
  }

  view() {
    const head = columns("", ...this.words);
    const text = "Probability of each tag in percent; ▸ the best sequence, ○ the right tag";
    const table = element("table", "table", caption(text), head, this.body);
    this.show();
    const parts = [this.weight.node, this.strict.node, this.status, scroller("Tags", table)];
    return section("Tagging explorer: what do the neighbours of a tag change?", ...parts);
  }

  show() {
    const weight = Number(this.weight.input.value) / STEPS;
    const strict = this.strict.input.checked;
    const moves = weighted(this.transitions, weight, strict);
    const [start, end] = weighted(this.ends, weight, strict);
    const path = best(this.scores, moves, start, end);
    const shares = marginals(this.scores, moves, start, end);
    this.status.textContent = describe(this.words, this.tags, this.given, path, weight);
    const rows = this.tags.map((tag, t) => {
      const cells = this.words.map((_, i) =>
        this.cell(shares[i][t], path[i] === t, this.given[i] === tag));
      return element("tr", "", th("row", "", tag), ...cells);
    });
    this.body.replaceChildren(...rows);
  }

  cell(share, taken, right) {
    const signs = `${taken ? "▸" : ""}${right ? "○" : ""}`;
    const cell = element("td", "cell", `${signs} ${Math.round(100 * share)}`.trim());
    cell.toggleAttribute("data-taken", taken);
    return cell;
  }
}
