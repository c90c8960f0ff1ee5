// Threshold explorer: who is called positive, who is missed, and what both kinds of error cost.

const SCALE = 10000; // scores arrive as whole numbers of this part
const STEPS = 100; // of the slider

// The four cells for the rule "positive from this threshold up".
export function count(scores, targets, threshold) {
  const cells = { tp: 0, fp: 0, fn: 0, tn: 0 };
  scores.forEach((score, i) => {
    if (score >= threshold) cells[targets[i] ? "tp" : "fp"] += 1;
    else cells[targets[i] ? "fn" : "tn"] += 1;
  });
  return cells;
}

// Precision, recall and F1; where a denominator is 0, so is the ratio.
export function ratios({ tp, fp, fn }) {
  const of = (part, whole) => (whole === 0 ? 0 : part / whole);
  return { precision: of(tp, tp + fp), recall: of(tp, tp + fn), f1: of(2 * tp, 2 * tp + fp + fn) };
}

// A miss costs 1, a false alarm as much as that many misses.
export function cost({ fp, fn }, alarm) {
  return alarm * fp + fn;
}

export function thresholdOf(step) {
  return (SCALE / STEPS) * step;
}

// The step of the slider with the lowest value; of several, the middle one of the first run.
export function lowest(values) {
  const least = Math.min(...values);
  const first = values.indexOf(least);
  let last = first;
  while (values[last + 1] === least) last += 1;
  return Math.floor((first + last) / 2);
}

export function cheapest(scores, targets, alarm) {
  const steps = Array.from({ length: STEPS + 1 }, (_, step) => step);
  return lowest(steps.map((step) => cost(count(scores, targets, thresholdOf(step)), alarm)));
}

export function sharpest(scores, targets) {
  const steps = Array.from({ length: STEPS + 1 }, (_, step) => step);
  return lowest(steps.map((step) => -ratios(count(scores, targets, thresholdOf(step))).f1));
}

// The shown texts that stand on the wrong side: of class 0 from the threshold up, of 1 below it.
export function wrongSide([negatives, positives], threshold) {
  return [
    negatives.filter(({ score }) => score >= threshold),
    positives.filter(({ score }) => score < threshold),
  ];
}

export function share(value) {
  return value.toFixed(3);
}

export function describe({ tp, fp, fn }, names, alarm) {
  const found = `${tp} of ${tp + fn} ${names[1]} found`;
  return `${found}, ${fp} ${names[0]} called ${names[1]}. Cost: ${cost({ fp, fn }, alarm)}.`;
}

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = `lmb-th-${className}`;
  node.append(...children);
  return node;
}

function cell(tag, scope, text, className) {
  const node = element(tag, className, text);
  if (scope) node.setAttribute("scope", scope);
  return node;
}

function bar(name, value) {
  const fill = element("span", "fill");
  fill.style.width = `${(100 * value).toFixed(1)}%`;
  const track = element("span", "track", fill);
  track.setAttribute("aria-hidden", "true");
  const what = element("span", "name", name);
  return element("li", "bar", what, track, element("span", "value", share(value)));
}

function slider(text, least, most, value, onInput) {
  const input = Object.assign(element("input", "slider"), { type: "range" });
  Object.assign(input, { min: String(least), max: String(most), step: "1" });
  input.value = String(value);
  input.addEventListener("input", onInput);
  const shown = element("span", "value");
  const title = element("span", "label", text, " ", shown);
  return { input, shown, label: element("label", "control", title, input) };
}

class Explorer {
  constructor(model) {
    this.scores = model.get("scores");
    this.targets = model.get("targets");
    this.names = model.get("names");
    this.examples = model.get("examples");
    const [other, wanted] = this.names;
    this.threshold = slider(`Threshold: ${wanted} from`, 0, STEPS, STEPS / 2, () => this.show());
    const price = `Cost of a ${other} called ${wanted}, in missed ${wanted}:`;
    this.alarm = slider(price, 1, 20, 1, () => this.show());
    this.status = element("p", "status");
    this.status.setAttribute("role", "status");
    this.status.setAttribute("aria-live", "polite");
    this.table = element("table", "table");
    this.bars = element("ul", "bars");
    this.bars.setAttribute("aria-label", `Scores for ${wanted}`);
    this.lists = element("div", "lists");
  }

  view() {
    const goto = (text, step) => {
      const button = Object.assign(element("button", "button", text), { type: "button" });
      button.addEventListener("click", () => {
        this.threshold.input.value = String(step());
        this.show();
      });
      return button;
    };
    const alarm = () => Number(this.alarm.input.value);
    const buttons = element(
      "div",
      "buttons",
      goto("Lowest cost", () => cheapest(this.scores, this.targets, alarm())),
      goto("Highest F1", () => sharpest(this.scores, this.targets)),
      goto("One half", () => STEPS / 2),
    );
    const numbers = element("div", "numbers", this.table, this.bars);
    const controls = [this.threshold.label, this.alarm.label, buttons];
    const section = element("section", "explorer", ...controls, this.status, numbers, this.lists);
    section.setAttribute("aria-label", "Threshold explorer: what does a threshold find and miss?");
    this.show();
    return section;
  }

  show() {
    const step = Number(this.threshold.input.value);
    const alarm = Number(this.alarm.input.value);
    const threshold = thresholdOf(step);
    const cells = count(this.scores, this.targets, threshold);
    this.threshold.shown.textContent = (step / STEPS).toFixed(2);
    this.threshold.input.setAttribute("aria-valuetext", (step / STEPS).toFixed(2));
    this.alarm.shown.textContent = String(alarm);
    this.status.textContent = describe(cells, this.names, alarm);
    this.showTable(cells);
    const { precision, recall, f1 } = ratios(cells);
    this.bars.replaceChildren(bar("precision", precision), bar("recall", recall), bar("F1", f1));
    this.showTexts(threshold);
  }

  showTable({ tp, fp, fn, tn }) {
    const [other, wanted] = this.names;
    const number = (n, className) => cell("td", "", String(n), className);
    const columns = [other, wanted].map((name) => cell("th", "col", `called ${name}`));
    const head = element("tr", "", cell("td", "", ""), ...columns);
    const first = element("tr", "", cell("th", "row", other), number(tn), number(fp, "wrong"));
    const second = element("tr", "", cell("th", "row", wanted), number(fn, "wrong"), number(tp));
    const caption = element("caption", "caption", "Confusion matrix; mistakes are underlined");
    const body = element("tbody", "", first, second);
    this.table.replaceChildren(caption, element("thead", "", head), body);
  }

  showTexts(threshold) {
    const [other, wanted] = this.names;
    const titles = [`${other} called ${wanted}, worst first`, `${wanted} missed, worst first`];
    const lists = wrongSide(this.examples, threshold).map((texts, i) => {
      const lines = texts.map(({ score, text }) => {
        const value = element("span", "value", share(score / SCALE));
        const item = element("li", "text", value, " ", text);
        item.setAttribute("translate", "no");
        return item;
      });
      const list = element("ul", "texts", ...lines);
      list.setAttribute("aria-label", titles[i]);
      const none = element("p", "hint", "none");
      return element("div", "side", element("p", "label", titles[i]), lines.length ? list : none);
    });
    this.lists.replaceChildren(...lists);
  }
}

export default {
  render({ model, el }) {
    el.replaceChildren(new Explorer(model).view());
  },
};
