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

class Explorer {
  constructor(model) {
    this.scores = model.get("scores");
    this.targets = model.get("targets");
    this.names = model.get("names");
    this.examples = model.get("examples");
    const [other, wanted] = this.names;
    const show = () => this.show();
    const half = { max: STEPS, value: STEPS / 2 };
    const inSteps = (step) => (step / STEPS).toFixed(2);
    this.threshold = slider(`Threshold: ${wanted} from`, half, show, inSteps);
    const price = `Cost of a ${other} called ${wanted}, in missed ${wanted}`;
    this.alarm = slider(price, { min: 1, max: 20, value: 1 }, show, String);
    this.status = live();
    this.table = element("table", "table");
    this.bars = named(element("ul", "bars"), `Scores for ${wanted}`);
    this.lists = element("div", "lists");
  }

  view() {
    const goto = (text, step) =>
      button(text, () => {
        this.threshold.set(step());
        this.show();
      });
    const alarm = () => Number(this.alarm.input.value);
    const buttons = element(
      "div",
      "buttons",
      goto("Lowest cost", () => cheapest(this.scores, this.targets, alarm())),
      goto("Highest F1", () => sharpest(this.scores, this.targets)),
      goto("One half", () => STEPS / 2),
    );
    const numbers = element("div", "numbers", this.table, this.bars);
    const controls = [this.threshold.node, this.alarm.node, buttons];
    this.show();
    const name = "Threshold explorer: what does a threshold find and miss?";
    return section(name, ...controls, this.status, numbers, this.lists);
  }

  show() {
    const alarm = Number(this.alarm.input.value);
    const threshold = thresholdOf(Number(this.threshold.input.value));
    const cells = count(this.scores, this.targets, threshold);
    this.status.textContent = describe(cells, this.names, alarm);
    this.showTable(cells);
    const { precision, recall, f1 } = ratios(cells);
    const bars = Object.entries({ precision, recall, F1: f1 });
    this.bars.replaceChildren(...bars.map(([name, value]) => bar(name, value, share(value))));
    this.showTexts(threshold);
  }

  showTable({ tp, fp, fn, tn }) {
    const [other, wanted] = this.names;
    const cell = (n, classes) => element("td", classes, String(n));
    const first = element("tr", "", th("row", "", other), cell(tn), cell(fp, "wrong"));
    const second = element("tr", "", th("row", "", wanted), cell(fn, "wrong"), cell(tp));
    const title = caption("Confusion matrix; mistakes are underlined");
    const head = columns("", `called ${other}`, `called ${wanted}`);
    this.table.replaceChildren(title, head, element("tbody", "", first, second));
  }

  showTexts(threshold) {
    const [other, wanted] = this.names;
    const titles = [`${other} called ${wanted}, worst first`, `${wanted} missed, worst first`];
    const lists = wrongSide(this.examples, threshold).map((texts, i) => {
      const lines = texts.map(({ score, text }) => {
        const value = element("span", "value", share(score / SCALE));
        return put(element("li", "text", value, " ", text), { translate: "no" });
      });
      const list = named(element("ul", "texts", ...lines), titles[i]);
      const none = element("p", "hint", "none");
      return element("div", "side", element("p", "label", titles[i]), lines.length ? list : none);
    });
    this.lists.replaceChildren(...lists);
  }
}
