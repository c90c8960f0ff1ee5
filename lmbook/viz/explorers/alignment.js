// Alignment explorer: attention weights as a table of percentages, one output token at a time.

const SHOWN = 3; // letters named for a step

// thousandths -> whole percent as text; what is there but rounds to nothing is "<1"
export function percent(thousandths) {
  if (thousandths === 0) return "0";
  return thousandths < 10 ? "<1" : String(Math.round(thousandths / 10));
}

// The source positions of one row, greatest weight first, then by place.
// -> [{at, weight}]
export function ranked(row) {
  const places = row.map((weight, at) => ({ at, weight }));
  return places.sort((a, b) => b.weight - a.weight || a.at - b.at);
}

// Share of steps whose greatest weight does not lie to the left of the step before.
export function forwardSteps(weights) {
  const places = weights.map((row) => ranked(row)[0].at);
  const steps = places.slice(1).map((place, j) => place >= places[j]);
  return { forward: steps.filter(Boolean).length, total: steps.length };
}

// "Step 2 of 5, F: looks at p 61 %, h 35 %, e 2 % (letters 4, 5, 6)."
export function describeStep({ source, output, weights }, step) {
  const places = ranked(weights[step]).slice(0, SHOWN).filter(({ weight }) => weight > 0);
  const looks = places.map(({ at, weight }) => `${source[at]} ${percent(weight)} %`).join(", ");
  const numbers = places.map(({ at }) => at + 1).join(", ");
  const which = places.length === 1 ? "position" : "positions";
  return `Step ${step + 1} of ${output.length}, ${output[step]}: looks at ${looks} (${which} ${numbers}).`;
}

// The word's verdict, with the right output if it is another one.
export function describeWord({ output, reference, weights }) {
  const said = `The model says ${output.join(" ")}.`;
  const { forward, total } = forwardSteps(weights);
  const order = total > 0 ? ` ${forward} of ${total} moves go forward or stay.` : "";
  if (reference.length === 0) return said + order;
  const same = output.join(" ") === reference.join(" ");
  const verdict = same ? " This is right." : ` The reference is ${reference.join(" ")}.`;
  return said + verdict + order;
}

export function clampStep(step, n) {
  return Math.min(Math.max(step, 0), n - 1);
}

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = `lmb-al-${className}`;
  node.append(...children);
  return node;
}

function button(text, label, onClick) {
  const node = element("button", "button", text);
  node.addEventListener("click", onClick);
  node.setAttribute("aria-label", label);
  return Object.assign(node, { type: "button" });
}

function cell(weight, isBest) {
  const td = element("td", "cell", percent(weight));
  td.style.setProperty("--lmb-al-weight", String(weight / 1000));
  if (weight >= 500) td.dataset.strong = "";
  if (isBest) td.dataset.best = "";
  return td;
}

class Explorer {
  constructor(model) {
    this.maps = model.get("maps");
    this.at = 0;
    this.step = 0;
    this.choice = element("select", "select", ...this.maps.map(({ name }, at) => new Option(name, at)));
    this.choice.addEventListener("change", () => this.choose(Number(this.choice.value)));
    this.slider = element("input", "slider");
    Object.assign(this.slider, { type: "range", min: 1, step: 1 });
    this.slider.addEventListener("input", () => this.go(Number(this.slider.value) - 1));
    this.word = element("p", "line");
    this.status = element("p", "status");
    this.status.setAttribute("role", "status");
    this.status.setAttribute("aria-live", "polite");
    this.table = element("table", "table");
    this.scroll = element("div", "scroll", this.table);
    Object.assign(this.scroll, { tabIndex: 0 });
    this.scroll.setAttribute("role", "group");
    this.scroll.setAttribute("aria-label", "Attention weights in percent; arrow keys up and down step");
    this.scroll.addEventListener("keydown", (event) => this.onKey(event));
  }

  view() {
    const name = element("span", "label", "Word");
    const previous = button("‹", "Previous word", () => this.choose(this.at - 1));
    const next = button("›", "Next word", () => this.choose(this.at + 1));
    const choice = element("label", "control", name, this.choice);
    const words = element("div", "row", choice, previous, next);
    const stepName = element("span", "label", "Step through the output");
    const steps = element("label", "control", stepName, this.slider);
    const results = [this.word, this.status, this.scroll];
    const hint = "Rows are output tokens, columns letters. A row adds up to 100, up to rounding.";
    const section = element("section", "explorer", words, steps, ...results, element("p", "hint", hint));
    section.setAttribute("aria-label", "Alignment explorer: which letters made this sound?");
    this.choose(0);
    return section;
  }

  choose(at) {
    this.at = (at + this.maps.length) % this.maps.length;
    this.choice.value = String(this.at);
    const map = this.maps[this.at];
    this.slider.max = map.output.length;
    this.word.textContent = describeWord(map);
    this.fillTable(map);
    this.go(0);
  }

  fillTable({ source, output, weights, name }) {
    const corner = element("td", "corner");
    const heads = source.map((letter) => Object.assign(element("th", "head", letter), { scope: "col" }));
    const head = element("thead", "", element("tr", "", corner, ...heads));
    this.lines = weights.map((row, step) => {
      const best = ranked(row)[0].at;
      const label = Object.assign(element("th", "token", output[step]), { scope: "row" });
      const cells = row.map((weight, at) => cell(weight, at === best));
      const line = element("tr", "step", label, ...cells);
      line.addEventListener("click", () => this.go(step));
      return line;
    });
    const caption = element("caption", "caption", `Weights for “${name}”, in percent`);
    this.table.replaceChildren(caption, head, element("tbody", "", ...this.lines));
  }

  go(step) {
    const map = this.maps[this.at];
    this.step = clampStep(step, map.output.length);
    this.slider.value = this.step + 1;
    const text = describeStep(map, this.step);
    this.slider.setAttribute("aria-valuetext", text);
    this.status.textContent = text;
    this.lines.forEach((line, at) => line.toggleAttribute("data-now", at === this.step));
  }

  onKey(event) {
    const moves = { ArrowUp: -1, ArrowDown: 1 };
    if (!(event.key in moves)) return;
    event.preventDefault();
    this.go(this.step + moves[event.key]);
  }
}

export default {
  render({ model, el }) {
    el.replaceChildren(new Explorer(model).view());
  },
};
