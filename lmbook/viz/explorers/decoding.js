// Decoding explorer: filters on real next-token probabilities, and a beam search step by step.

const ROWS = 15;
const COLUMN = 78; // pixels a step of the tree
const LINE = 18; // pixels a candidate
const ROUNDING = 1e-6; // of a sum of float32 probabilities
const FATES = ["dropped", "kept", "finished"];

// Probabilities of scores at a temperature; the greatest score must come first.
export function softmax(scores, temperature) {
  const weights = scores.map((score) => Math.exp((score - scores[0]) / temperature));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}

// How many of the likeliest tokens stay: temperature, then top-k, top-p, min-p, as the package.
// The nucleus is the smallest set whose mass reaches p; 0.5 + 0.4 reaches 0.9 in spite of rounding.
export function nKept(probabilities, { topK, topP, minP }) {
  let n = Math.min(topK, probabilities.length);
  const total = probabilities.slice(0, n).reduce((a, b) => a + b, 0);
  let before = 0;
  let inNucleus = 0;
  while (inNucleus < n && (inNucleus === 0 || topP >= 1 || before < topP * total - ROUNDING)) {
    before += probabilities[inNucleus];
    inNucleus += 1;
  }
  n = inNucleus;
  while (n > 1 && probabilities[n - 1] < minP * probabilities[0]) n -= 1;
  return n;
}

export function entropy(probabilities) {
  return -probabilities.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);
}

// -> model: the model's own probabilities; after: those that are drawn from; n, mass (of the kept
// tokens at this temperature), the entropies, and the total variation distance
export function apply(logProbs, settings) {
  const model = softmax(logProbs, 1);
  const warm = softmax(logProbs, settings.temperature);
  const n = nKept(warm, settings);
  const mass = warm.slice(0, n).reduce((a, b) => a + b, 0);
  const after = warm.map((p, i) => (i < n ? p / mass : 0));
  const distance = after.reduce((sum, p, i) => sum + Math.abs(p - model[i]), 0) / 2;
  return { model, after, n, mass, distance, before: entropy(model), entropy: entropy(after) };
}

// The place of the token in which u, uniform on [0, 1), falls.
export function draw(probabilities, u) {
  let below = 0;
  for (let i = 0; i < probabilities.length; i += 1) {
    below += probabilities[i];
    if (u < below) return i;
  }
  return probabilities.findLastIndex((p) => p > 0);
}

export function percent(p) {
  if (p === 0) return "–";
  return p < 0.001 ? "<0.1 %" : `${(100 * p).toFixed(1)} %`;
}

// Byte-level tokens write a space as Ġ and a line break as Ċ.
export const readable = (token) => token.replaceAll("Ġ", "␣").replaceAll("Ċ", "↵");
export const spoken = (token) => token.replaceAll("Ġ", " ").replaceAll("Ċ", "\n");

export function describe({ n, mass, distance, before, entropy: now }, nAll) {
  const nats = `entropy ${now.toFixed(2)} nats (the model's own ${before.toFixed(2)})`;
  const far = `distance from the model ${distance.toFixed(2)}`;
  return `${n} of ${nAll} tokens kept, ${percent(mass)} of the mass; ${nats}; ${far}.`;
}

// Rows [step, parent, token, total, fate] -> nodes by name
export function readNodes(rows) {
  return rows.map(([step, parent, token, total, fate], at) => {
    return { at, step, parent, token, total, fate };
  });
}

export function textOf(nodes, at) {
  return at < 0 ? "" : textOf(nodes, nodes[at].parent) + spoken(nodes[at].token);
}

export function path(nodes, at) {
  return at < 0 ? [] : [...path(nodes, nodes[at].parent), at];
}

// The greedy path as far as the search followed it: each time the best child of the node before.
export function greedyPath(nodes) {
  const found = [];
  let here = -1;
  for (;;) {
    const children = nodes.filter(({ parent, at }) => parent === here && at > here);
    if (children.length === 0) return found;
    here = children.reduce((a, b) => (b.total > a.total ? b : a)).at;
    found.push(here);
  }
}

export function describeStep(nodes, step) {
  const now = nodes.filter((node) => node.step === step);
  const count = (fate) => now.filter((node) => node.fate === fate).length;
  const last = Math.max(...nodes.map((node) => node.step));
  const best = now.reduce((a, b) => (b.total > a.total ? b : a));
  const first = `Step ${step} of ${last}: ${now.length} candidates, ${count(1)} go on`;
  const ended = count(2) > 0 ? `, ${count(2)} finished` : "";
  const greedy = greedyPath(nodes);
  const there = greedy.find((at) => nodes[at].step === step);
  let fate = "the greedy path was dropped before";
  if (there !== undefined) fate = `the greedy path is ${FATES[nodes[there].fate]}`;
  return `${first}${ended}. Best sum ${best.total.toFixed(2)} nats; ${fate}.`;
}

class Filters {
  constructor(contexts) {
    this.contexts = contexts.map(({ text, tokens, log_probs_base64: shipped }) => {
      return { text, tokens, logProbs: decodeFloats(shipped) };
    });
    const texts = this.contexts.map(({ text }) => text);
    this.choice = choice("After", texts, () => this.choose());
    const nAll = this.contexts[0].logProbs.length;
    this.topKs = [...[1, 2, 3, 5, 10, 20, 40, 100, 300].filter((k) => k < nAll), nAll];
    const last = this.topKs.length - 1;
    const ranges = [
      ["Temperature", { min: 0.1, max: 2, step: 0.05, value: 1 }],
      ["Top-k", { max: last, value: last }, (i) => (i === last ? "all" : String(this.topKs[i]))],
      ["Top-p", { min: 0.05, max: 1, step: 0.05, value: 1 }],
      ["Min-p", { max: 0.5, step: 0.01, value: 0 }],
    ];
    this.own = ranges.map(([, { value }]) => value); // the model's own distribution
    this.sliders = ranges.map(([name, range, show = (v) => v.toFixed(2)]) =>
      slider(name, range, () => this.draw(), show));
    this.status = live();
    this.table = element("table", "table");
    this.drawn = put(element("p", "drawn"), { "aria-live": "polite" });
  }

  view() {
    const sliders = element("div", "controls", ...this.sliders.map(({ node }) => node));
    const buttons = element(
      "div",
      "buttons",
      button("Draw a token", () => this.drawTokens(1)),
      button("Draw 10", () => this.drawTokens(10)),
      button("Model's own", () => this.reset()),
    );
    const hint = "Bars: probability that is drawn from. Marks: the model's own. ␣ is a space, ↵ a line break.";
    const parts = [this.status, buttons, this.drawn, this.table, element("p", "hint", hint)];
    this.choose();
    return element("div", "", this.choice.node, sliders, ...parts);
  }

  reset() {
    this.sliders.forEach((one, at) => one.set(this.own[at]));
    this.draw();
  }

  choose() {
    this.context = this.contexts[this.choice.input.selectedIndex];
    this.draw();
  }

  draw() {
    const { logProbs, tokens } = this.context;
    const [temperature, at, topP, minP] = this.sliders.map(({ input }) => Number(input.value));
    this.result = apply(logProbs, { temperature, topK: this.topKs[at], topP, minP });
    const { model, after } = this.result;
    this.status.textContent = describe(this.result, logProbs.length);
    this.drawn.textContent = "";
    const rows = tokens.slice(0, ROWS).map((token, i) => this.row(readable(token), model[i], after[i]));
    const rest = (p) => p.slice(ROWS).reduce((a, b) => a + b, 0);
    const n = logProbs.length - Math.min(ROWS, tokens.length);
    if (n > 0) rows.push(this.row(`${n} others`, rest(model), rest(after)));
    const title = caption(`The token after “${this.context.text}”`);
    this.table.replaceChildren(title, columns("token", "", "drawn from", "model"), element("tbody", "", ...rows));
  }

  row(name, before, after) {
    const both = track(after);
    const mark = element("span", "before");
    mark.style.width = `${100 * before}%`;
    both.append(mark);
    const numbers = [after, before].map((p) => element("td", "", percent(p)));
    const cells = [element("td", "both", both), ...numbers];
    return element("tr", after === 0 ? "out" : "", th("row", "words", name), ...cells);
  }

  drawTokens(n) {
    const { tokens } = this.context;
    const name = (at) => (at < tokens.length ? readable(tokens[at]) : "(one of the others)");
    const drawn = Array.from({ length: n }, () => name(draw(this.result.after, Math.random())));
    this.drawn.textContent = `Drawn: ${drawn.join("  ")}`;
  }
}

class Beam {
  constructor(trees) {
    this.trees = trees.map(({ text, nodes }) => ({ text, nodes: readNodes(nodes) }));
    this.choice = choice("Prompt", this.trees.map(({ text }) => text), () => this.choose());
    this.step = slider("Step", { min: 1, max: 1 }, () => this.draw(), (step) => `step ${step}`);
    this.status = live();
    this.tree = scroller("Tree of the search; arrow keys left and right step");
    onKeys(this.tree, { ArrowLeft: -1, ArrowRight: 1 }, (move) => {
      this.step.set(Number(this.step.input.value) + move);
      this.draw();
    });
    this.table = element("table", "table");
  }

  view() {
    const controls = element("div", "controls", this.choice.node, this.step.node);
    const hint =
      "Solid thick lines are kept, thin ones dropped; the dashed line is the greedy path. " +
      "Sums of log-probabilities in nats; a text in the table is what was added to the prompt.";
    this.choose();
    return element("div", "", controls, this.status, this.tree, this.table, element("p", "hint", hint));
  }

  choose() {
    this.nodes = this.trees[this.choice.input.selectedIndex].nodes;
    this.step.input.max = Math.max(...this.nodes.map(({ step }) => step));
    this.step.set(1);
    this.draw();
  }

  draw() {
    const step = Number(this.step.input.value);
    this.status.textContent = describeStep(this.nodes, step);
    this.tree.replaceChildren(this.picture(step));
    this.tree.scrollLeft = Math.max(0, (step - 3) * COLUMN);
    const now = this.nodes.filter((node) => node.step === step);
    const rows = now.map(({ at, total, fate }, i) => {
      const words = th("row", "words", readable(textOf(this.nodes, at).replaceAll("\n", "↵")));
      const cells = [FATES[fate], minus(total.toFixed(2))].map((text) => element("td", "", text));
      return element("tr", ["out", "", ""][fate] || (i === 0 ? "best" : ""), words, ...cells);
    });
    const title = caption(`Candidates at step ${step}, best first`);
    this.table.replaceChildren(title, element("tbody", "", ...rows));
  }

  picture(step) {
    const shown = this.nodes.filter((node) => node.step <= step);
    const rank = this.nodes.map(({ step: own, at }) => at - this.nodes.findIndex((n) => n.step === own));
    const height = (1 + Math.max(...rank)) * LINE + 8;
    const last = Math.max(...this.nodes.map((node) => node.step));
    const root = decoration(drawn("svg", "tree", { width: (last + 0.4) * COLUMN, height }));
    const x = (node) => (node.step - 1) * COLUMN + 22;
    const y = (node) => rank[node.at] * LINE + LINE / 2 + 4;
    root.append(drawn("rect", "now", { x: (step - 1) * COLUMN + 18, y: 0, width: COLUMN - 12, height }));
    const greedy = new Set(greedyPath(this.nodes));
    for (const node of shown) {
      const parent = this.nodes[node.parent];
      const [fromX, fromY] = parent ? [x(parent) + 48, y(parent)] : [2, LINE / 2 + 4];
      const kept = node.fate > 0 ? "kept" : "";
      const mark = greedy.has(node.at) ? "greedy" : "";
      const line = { d: `M${fromX} ${fromY} L${x(node) - 3} ${y(node)}` };
      const text = readable(node.token).slice(0, 7) + (node.fate === 2 ? " ■" : "");
      root.append(drawn("path", `edge ${kept} ${mark}`, line));
      root.append(drawn("text", `leaf ${kept}`, { x: x(node), y: y(node) + 4 }, text));
    }
    return root;
  }
}

class Explorer {
  constructor(model) {
    this.views = [new Filters(model.get("contexts")).view(), new Beam(model.get("trees")).view()];
    this.tabs = ["Filters", "Beam search"].map((name, at) => button(name, () => this.show(at)));
  }

  view() {
    const tabs = named(element("div", "buttons", ...this.tabs), "View", "group");
    this.show(0);
    const name = "Decoding explorer: what is drawn from, and what a search keeps";
    return section(name, tabs, ...this.views);
  }

  show(chosen) {
    this.views.forEach((view, at) => view.toggleAttribute("hidden", at !== chosen));
    this.tabs.forEach((tab, at) => tab.setAttribute("aria-pressed", String(at === chosen)));
  }
}
