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

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = `lmb-fa-${className}`;
  node.append(...children);
  return node;
}

function slider(label, max, onInput) {
  const input = element("input", "slider");
  Object.assign(input, { type: "range", min: 1, max, step: 1, ariaLabel: label });
  input.addEventListener("input", () => onInput(Number(input.value)));
  const node = element("label", "control", element("span", "label", label), input);
  return { node, input };
}

class Explorer {
  constructor(model) {
    this.tokens = model.get("tokens");
    const n = this.tokens.length;
    this.order = leftToRight(n);
    this.nPredicted = n;
    this.at = n - 1;
    this.select = element("select", "input");
    for (const stream of ["content", "query"]) this.select.append(new Option(stream, stream));
    this.select.value = "query";
    this.select.addEventListener("change", () => this.show());
    this.place = slider("Token that looks", n, (value) => this.go(value - 1));
    this.count = slider("Tokens that are predicted", n, (value) => {
      this.nPredicted = value;
      this.show();
    });
    this.line = element("ol", "row");
    this.line.setAttribute("aria-label", "Tokens, each with its rank in the order");
    this.status = element("p", "status");
    this.status.setAttribute("role", "status");
    this.status.setAttribute("aria-live", "polite");
    this.caption = element("caption", "caption");
    this.body = element("tbody", "");
    this.makeTable();
  }

  makeTable() {
    const columns = this.tokens.map((token) =>
      Object.assign(element("th", "column", token), { scope: "col" }),
    );
    const head = element("thead", "", element("tr", "", element("td", ""), ...columns));
    const table = element("table", "table", this.caption, head, this.body);
    this.scroll = element("div", "scroll", table);
    this.scroll.tabIndex = 0;
    this.scroll.setAttribute("role", "region");
    this.scroll.setAttribute("aria-label", "Mask of the stream");
  }

  button(name, change) {
    const node = Object.assign(element("button", "button", name), { type: "button" });
    node.addEventListener("click", () => {
      this.order = change(this.order);
      this.show();
    });
    return node;
  }

  view() {
    const n = this.tokens.length;
    const buttons = element(
      "div",
      "buttons",
      this.button("left to right", () => leftToRight(n)),
      this.button("right to left", () => rightToLeft(n)),
      this.button("shuffle", () => shuffled(n)),
      this.button("token earlier", (order) => moved(order, this.at, -1)),
      this.button("token later", (order) => moved(order, this.at, 1)),
    );
    buttons.setAttribute("role", "group");
    buttons.setAttribute("aria-label", "Order of prediction");
    const stream = element("label", "control", element("span", "label", "Stream"), this.select);
    const signs = "✓ may be seen, · may not; dotted: not predicted. The number is the rank.";
    const hint = element("p", "hint", signs);
    const controls = [buttons, this.place.node, stream, this.count.node];
    const parts = [...controls, this.line, hint, this.status, this.scroll];
    const section = element("section", "explorer", ...parts);
    section.setAttribute("aria-label", "Factorisation explorer: who sees whom in each stream?");
    this.show();
    return section;
  }

  go(at) {
    this.at = Math.min(Math.max(at, 0), this.tokens.length - 1);
    this.show();
  }

  show() {
    const stream = this.select.value;
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
      const facts = element("span", "facts", ordinal(rank[i] + 1));
      const sign = element("span", "sign", row[i] ? "✓" : "·");
      const item = element("li", "token", sign, token, facts);
      item.toggleAttribute("data-seen", row[i]);
      item.toggleAttribute("data-now", i === this.at);
      item.toggleAttribute("data-given", rank[i] < nKnown);
      item.addEventListener("click", () => this.go(i));
      return item;
    });
    this.line.replaceChildren(...items);
  }

  fillTable(mask) {
    const rows = mask.map((looks, i) => {
      const name = Object.assign(element("th", "name", this.tokens[i]), { scope: "row" });
      const cells = looks.map((seen) => {
        const cell = element("td", "cell", seen ? "✓" : "·");
        cell.toggleAttribute("data-seen", seen);
        return cell;
      });
      const row = element("tr", "", name, ...cells);
      row.toggleAttribute("data-now", i === this.at);
      return row;
    });
    this.body.replaceChildren(...rows);
  }
}

export default {
  render({ model, el }) {
    el.replaceChildren(new Explorer(model).view());
  },
};
