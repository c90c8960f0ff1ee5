// Decoding explorer: filters on real next-token probabilities, and a beam search step by step.

const ROWS = 15;
const COLUMN = 78; // pixels a step of the tree
const LINE = 18; // pixels a candidate
const ROUNDING = 1e-6; // of a sum of float32 probabilities
const FATES = ["dropped", "kept", "finished"];

// base64 of little-endian float32 numbers -> log-probabilities
export function decodeLogProbs(base64) {
  const { buffer } = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(buffer);
  return Array.from({ length: buffer.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

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

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className.replace(/\S+/g, "lmb-de-$&");
  node.append(...children);
  return node;
}

function svg(tag, attributes, text = "") {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  node.textContent = text;
  return node;
}

function button(text, onClick) {
  const node = element("button", "button", text);
  node.addEventListener("click", onClick);
  return Object.assign(node, { type: "button" });
}

function choice(label, names, onChange) {
  const select = element("select", "select", ...names.map((name, at) => new Option(name, at)));
  select.addEventListener("change", onChange);
  return { select, node: element("label", "control", element("span", "label", label), select) };
}

function slider(label, { min, max, step, value, show }, onInput) {
  const input = element("input", "slider");
  Object.assign(input, { type: "range", min, max, step, value });
  const output = element("span", "value");
  const update = () => {
    output.textContent = show(Number(input.value));
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.addEventListener("input", () => {
    update();
    onInput();
  });
  update();
  const name = element("span", "label", label, output);
  return { input, update, node: element("label", "control", name, input) };
}

function liveRegion() {
  const node = element("p", "status");
  node.setAttribute("role", "status");
  node.setAttribute("aria-live", "polite");
  return node;
}

class Filters {
  constructor(contexts) {
    this.contexts = contexts.map(({ text, tokens, log_probs_base64: packed }) => {
      return { text, tokens, logProbs: decodeLogProbs(packed) };
    });
    const redraw = () => this.draw();
    this.choice = choice("After", this.contexts.map(({ text }) => text), () => this.choose());
    const nAll = this.contexts[0].logProbs.length;
    this.topKs = [1, 2, 3, 5, 10, 20, 40, 100, 300, nAll].filter((k, i, all) => k <= nAll && all.indexOf(k) === i);
    const last = this.topKs.length - 1;
    const k = { min: 0, max: last, step: 1, value: last, show: (i) => (i === last ? "all" : String(this.topKs[i])) };
    const two = (v) => v.toFixed(2);
    this.temperature = slider("Temperature", { min: 0.1, max: 2, step: 0.05, value: 1, show: two }, redraw);
    this.topK = slider("Top-k", k, redraw);
    this.topP = slider("Top-p", { min: 0.05, max: 1, step: 0.05, value: 1, show: two }, redraw);
    this.minP = slider("Min-p", { min: 0, max: 0.5, step: 0.01, value: 0, show: two }, redraw);
    this.status = liveRegion();
    this.table = element("table", "table");
    this.drawn = element("p", "drawn");
    this.drawn.setAttribute("aria-live", "polite");
  }

  view() {
    const sliders = [this.temperature, this.topK, this.topP, this.minP].map(({ node }) => node);
    const controls = element("div", "controls", ...sliders);
    const one = button("Draw a token", () => this.drawTokens(1));
    const ten = button("Draw 10", () => this.drawTokens(10));
    const reset = button("Model's own", () => this.reset());
    const buttons = element("div", "row", one, ten, reset);
    const hint = "Bars: probability that is drawn from. Marks: the model's own. ␣ is a space, ↵ a line break.";
    const parts = [this.status, buttons, this.drawn, this.table, element("p", "hint", hint)];
    const view = element("div", "", this.choice.node, controls, ...parts);
    this.choose();
    return view;
  }

  reset() {
    const start = [[this.temperature, 1], [this.topK, this.topKs.length - 1], [this.topP, 1], [this.minP, 0]];
    start.forEach(([one, value]) => {
      one.input.value = value;
      one.update();
    });
    this.draw();
  }

  choose() {
    this.context = this.contexts[Number(this.choice.select.value)];
    this.draw();
  }

  draw() {
    const { logProbs, tokens } = this.context;
    this.result = apply(logProbs, {
      temperature: Number(this.temperature.input.value),
      topK: this.topKs[Number(this.topK.input.value)],
      topP: Number(this.topP.input.value),
      minP: Number(this.minP.input.value),
    });
    const { model, after } = this.result;
    this.status.textContent = describe(this.result, logProbs.length);
    this.drawn.textContent = "";
    const rows = tokens.slice(0, ROWS).map((token, i) => this.row(readable(token), model[i], after[i]));
    const rest = (p) => p.slice(ROWS).reduce((a, b) => a + b, 0);
    const n = logProbs.length - Math.min(ROWS, tokens.length);
    if (n > 0) rows.push(this.row(`${n} others`, rest(model), rest(after)));
    const heads = ["token", "", "drawn from", "model"].map((name) => {
      return Object.assign(element("th", "head", name), { scope: "col" });
    });
    const caption = element("caption", "caption", `The token after “${this.context.text}”`);
    const head = element("thead", "", element("tr", "", ...heads));
    this.table.replaceChildren(caption, head, element("tbody", "", ...rows));
  }

  row(name, before, after) {
    const bar = element("div", "bar", element("div", "after"), element("div", "before"));
    bar.setAttribute("aria-hidden", "true");
    bar.children[0].style.width = `${100 * after}%`;
    bar.children[1].style.width = `${100 * before}%`;
    const head = Object.assign(element("th", "token", name), { scope: "row" });
    const numbers = [after, before].map((p) => element("td", "number", percent(p)));
    return element("tr", after === 0 ? "out" : "", head, element("td", "cell", bar), ...numbers);
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
    const show = (step) => `step ${step}`;
    this.step = slider("Step", { min: 1, max: 1, step: 1, value: 1, show }, () => this.draw());
    this.status = liveRegion();
    this.tree = element("div", "scroll");
    Object.assign(this.tree, { tabIndex: 0 });
    this.tree.setAttribute("role", "group");
    this.tree.setAttribute("aria-label", "Tree of the search; arrow keys left and right step");
    this.tree.addEventListener("keydown", (event) => this.onKey(event));
    this.table = element("table", "table");
  }

  view() {
    const controls = element("div", "controls", this.choice.node, this.step.node);
    const hint =
      "Solid thick lines are kept, thin ones dropped; the dashed line is the greedy path. " +
      "Sums of log-probabilities in nats; a text in the table is what was added to the prompt.";
    const parts = [this.status, this.tree, this.table, element("p", "hint", hint)];
    const view = element("div", "", controls, ...parts);
    this.choose();
    return view;
  }

  choose() {
    this.nodes = this.trees[Number(this.choice.select.value)].nodes;
    this.step.input.max = Math.max(...this.nodes.map(({ step }) => step));
    this.step.input.value = 1;
    this.step.update();
    this.draw();
  }

  onKey(event) {
    const moves = { ArrowLeft: -1, ArrowRight: 1 };
    if (!(event.key in moves)) return;
    event.preventDefault();
    this.step.input.value = Number(this.step.input.value) + moves[event.key];
    this.step.update();
    this.draw();
  }

  draw() {
    const step = Number(this.step.input.value);
    this.status.textContent = describeStep(this.nodes, step);
    this.tree.replaceChildren(this.picture(step));
    this.tree.scrollLeft = Math.max(0, (step - 3) * COLUMN);
    const now = this.nodes.filter((node) => node.step === step);
    const rows = now.map(({ at, total, fate }, i) => {
      const words = element("th", "words", readable(textOf(this.nodes, at).replaceAll("\n", "↵")));
      words.scope = "row";
      const sum = element("td", "number", total.toFixed(2).replace("-", "−"));
      const name = ["out", "", ""][fate] || (i === 0 ? "best" : "");
      return element("tr", name, words, element("td", "", FATES[fate]), sum);
    });
    const caption = element("caption", "caption", `Candidates at step ${step}, best first`);
    this.table.replaceChildren(caption, element("tbody", "", ...rows));
  }

  picture(step) {
    const shown = this.nodes.filter((node) => node.step <= step);
    const rank = this.nodes.map(({ step: own, at }) => at - this.nodes.findIndex((n) => n.step === own));
    const height = (1 + Math.max(...rank)) * LINE + 8;
    const last = Math.max(...this.nodes.map((node) => node.step));
    const root = svg("svg", { class: "lmb-de-tree", width: (last + 0.4) * COLUMN, height, "aria-hidden": "true" });
    const x = (node) => (node.step - 1) * COLUMN + 22;
    const y = (node) => rank[node.at] * LINE + LINE / 2 + 4;
    root.append(svg("rect", { x: (step - 1) * COLUMN + 18, y: 0, width: COLUMN - 12, height, class: "lmb-de-now" }));
    const greedy = new Set(greedyPath(this.nodes));
    shown.forEach((node) => {
      const from = node.parent < 0 ? { x: 2, y: LINE / 2 + 4 } : { x: x(this.nodes[node.parent]) + 48, y: y(this.nodes[node.parent]) };
      const kept = node.fate > 0 ? " lmb-de-kept" : "";
      const mark = greedy.has(node.at) ? " lmb-de-greedy" : "";
      const points = `M${from.x} ${from.y} L${x(node) - 3} ${y(node)}`;
      root.append(svg("path", { d: points, class: `lmb-de-edge${kept}${mark}` }));
      const name = readable(node.token).slice(0, 7) + (node.fate === 2 ? " ■" : "");
      root.append(svg("text", { x: x(node), y: y(node) + 4, class: `lmb-de-name${kept}` }, name));
    });
    return root;
  }
}

class Explorer {
  constructor(model) {
    this.views = [new Filters(model.get("contexts")).view(), new Beam(model.get("trees")).view()];
    this.tabs = ["Filters", "Beam search"].map((name, at) => button(name, () => this.show(at)));
  }

  view() {
    const tabs = element("div", "tabs", ...this.tabs);
    tabs.setAttribute("role", "group");
    tabs.setAttribute("aria-label", "View");
    const section = element("section", "explorer", tabs, ...this.views);
    section.setAttribute("aria-label", "Decoding explorer: what is drawn from, and what a search keeps");
    this.show(0);
    return section;
  }

  show(chosen) {
    this.views.forEach((view, at) => view.toggleAttribute("hidden", at !== chosen));
    this.tabs.forEach((tab, at) => tab.setAttribute("aria-pressed", String(at === chosen)));
  }
}

export default {
  render({ model, el }) {
    el.replaceChildren(new Explorer(model).view());
  },
};
