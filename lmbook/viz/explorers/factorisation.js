// Factorisation explorer: who sees whom in both streams, for any order of prediction.

// An order lists positions: entry i is the position that comes i-th.
export function leftToRight(n) {
  return Array.from({ length: n }, (_, i) => i);
}

export function rightToLeft(n) {
  return leftToRight(n).reverse();
}

// Every order is equally likely if `random` gives numbers in [0, 1) evenly.
export function shuffled(n, random = Math.random) {
  const order = leftToRight(n);
  for (let i = n - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

// -> the order in which `position` has changed places with its neighbour `step` later
export function moved(order, position, step) {
  const from = order.indexOf(position);
  const to = from + step;
  if (to < 0 || to >= order.length) return order;
  const changed = [...order];
  [changed[from], changed[to]] = [changed[to], changed[from]];
  return changed;
}

// -> for each position, when it comes
export function ranks(order) {
  const rank = new Array(order.length);
  order.forEach((position, i) => (rank[position] = i));
  return rank;
}

// -> rows of booleans: may the row's position look at the column's?
// A token that is not predicted has no query, and is seen by all that are not predicted.
export function masks(order, nPredicted) {
  const rank = ranks(order);
  const nKnown = order.length - nPredicted;
  const content = rank.map((own) => rank.map((other) => other < nKnown || other <= own));
  const query = rank.map((own) => rank.map((other) => own >= nKnown && other < own));
  return { content, query };
}

export function ordinal(i) {
  const tens = i % 100;
  const endings = { 1: "st", 2: "nd", 3: "rd" };
  return `${i}${tens > 10 && tens < 14 ? "th" : (endings[i % 10] ?? "th")}`;
}

function listed(names) {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

export function describe(tokens, order, nPredicted, at, stream) {
  const name = (i) => `“${tokens[i]}” (at ${i})`;
  const rank = ranks(order)[at];
  const when = `Its token comes ${ordinal(rank + 1)} in the order`;
  if (stream === "query" && rank < order.length - nPredicted) {
    return `${when} and is not predicted: ${name(at)} has no query vector.`;
  }
  const row = masks(order, nPredicted)[stream][at];
  const seen = tokens.map((_, i) => i).filter((i) => row[i]);
  const sees = seen.length ? `sees ${listed(seen.map(name))}` : "sees no token";
  return `The ${stream} vector of ${name(at)} ${sees}. ${when}.`;
}

class Explorer {
  constructor(model) {
    this.tokens = model.get("tokens");
    const n = this.tokens.length;
    this.order = leftToRight(n);
    this.nPredicted = n;
    this.at = n - 1;
    const streams = ["content", "query"].map((stream) => [stream, stream]);
    this.stream = choice("Stream", streams, () => this.show());
    this.stream.input.value = "query";
    const range = { min: 1, max: n };
    this.place = slider("Token that looks", range, (value) => this.go(value - 1));
    this.count = slider("Tokens that are predicted", range, (value) => {
      this.nPredicted = value;
      this.show();
    });
    this.line = named(element("ol", "tokens"), "Tokens, each with its rank in the order");
    this.status = live();
    this.caption = caption();
    this.body = element("tbody");
  }

  view() {
    const n = this.tokens.length;
    const orders = [
      ["left to right", () => leftToRight(n)],
      ["right to left", () => rightToLeft(n)],
      ["shuffle", () => shuffled(n)],
      ["token earlier", (order) => moved(order, this.at, -1)],
      ["token later", (order) => moved(order, this.at, 1)],
    ].map(([name, change]) =>
      button(name, () => {
        this.order = change(this.order);
        this.show();
      }));
    const buttons = named(element("div", "buttons", ...orders), "Order of prediction", "group");
    const signs = "✓ may be seen, · may not; dotted: not predicted. The number is the rank.";
    const controls = [this.place, this.stream, this.count].map(({ node }) => node);
    const table = element("table", "table", this.caption, columns("", ...this.tokens), this.body);
    const mask = scroller("Mask of the stream", table);
    const parts = [this.line, element("p", "hint", signs), this.status, mask];
    this.show();
    const name = "Factorisation explorer: who sees whom in each stream?";
    return section(name, buttons, ...controls, ...parts);
  }

  go(at) {
    this.at = clamp(at, this.tokens.length);
    this.show();
  }

  show() {
    const stream = this.stream.input.value;
    const mask = masks(this.order, this.nPredicted)[stream];
    const sentence = describe(this.tokens, this.order, this.nPredicted, this.at, stream);
    this.place.input.value = this.at + 1;
    this.place.input.setAttribute("aria-valuetext", sentence);
    this.count.input.value = this.nPredicted;
    this.count.input.setAttribute("aria-valuetext", `the last ${this.nPredicted} of the order`);
    this.status.textContent = sentence;
    this.caption.textContent = `Rows look, columns are looked at: ${stream} stream`;
    this.fillLine(mask[this.at]);
    this.fillTable(mask);
  }

  fillLine(row) {
    const rank = ranks(this.order);
    const nKnown = this.tokens.length - this.nPredicted;
    const items = this.tokens.map((token, i) => {
      const state = { seen: row[i], now: i === this.at, given: rank[i] < nKnown };
      return tokenChip(token, ordinal(rank[i] + 1), state, () => this.go(i));
    });
    this.line.replaceChildren(...items);
  }

  fillTable(mask) {
    const rows = mask.map((looks, i) => {
      const cells = looks.map((seen) => {
        const cell = element("td", "cell", seen ? "✓" : "·");
        cell.toggleAttribute("data-seen", seen);
        return cell;
      });
      const row = element("tr", "", th("row", "", this.tokens[i]), ...cells);
      row.toggleAttribute("data-now", i === this.at);
      return row;
    });
    this.body.replaceChildren(...rows);
  }
}
