// Alignment explorer: attention weights as a table of percentages, one output token at a time.

const SHOWN = 3; // source positions named for a step

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

// "Step 2 of 5, F: looks at p 61 %, h 35 %, e 2 % (positions 4, 5, 6)."
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

class Explorer {
  constructor(model) {
    this.maps = model.get("maps");
    this.at = 0;
    this.choice = choice("Input", this.maps.map(({ name }) => name), (at) => this.choose(at));
    this.slider = slider("Step through the output", { min: 1 }, (step) => this.go(step - 1));
    this.word = element("p", "said");
    this.status = live();
    this.table = element("table", "table");
    const name = "Attention weights in percent; arrow keys up and down step";
    this.scroll = scroller(name, this.table);
    onKeys(this.scroll, { ArrowUp: -1, ArrowDown: 1 }, (move) => this.go(this.step + move));
  }

  view() {
    const previous = button("‹", () => this.choose(this.at - 1), { name: "Previous input" });
    const next = button("›", () => this.choose(this.at + 1), { name: "Next input" });
    const words = element("div", "buttons", this.choice.node, previous, next);
    const results = [this.word, this.status, this.scroll];
    const hint = "Rows are output tokens, columns the letters or tokens of the input. A row adds up to 100, up to rounding.";
    const parts = [words, this.slider.node, ...results, element("p", "hint", hint)];
    this.choose(0);
    return section("Alignment explorer: what made the model write this?", ...parts);
  }

  choose(at) {
    this.at = (at + this.maps.length) % this.maps.length;
    this.choice.input.value = this.at;
    const map = this.maps[this.at];
    this.slider.input.max = map.output.length;
    this.word.textContent = describeWord(map);
    this.fillTable(map);
    this.go(0);
  }

  fillTable({ source, output, weights, name }) {
    this.lines = weights.map((row, step) => {
      const best = ranked(row)[0].at;
      const cells = row.map((weight, at) => this.cell(weight, at === best));
      const line = element("tr", "step", th("row", "", output[step]), ...cells);
      line.addEventListener("click", () => this.go(step));
      return line;
    });
    const title = caption(`Weights for “${name}”, in percent`);
    this.table.replaceChildren(title, columns("", ...source), element("tbody", "", ...this.lines));
  }

  cell(weight, isBest) {
    const td = element("td", "cell", percent(weight));
    td.style.setProperty("--lmb-al-weight", String(weight / 1000));
    td.toggleAttribute("data-strong", weight >= 500);
    td.toggleAttribute("data-best", isBest);
    return td;
  }

  go(step) {
    const map = this.maps[this.at];
    this.step = clamp(step, map.output.length);
    this.slider.input.value = this.step + 1;
    const text = describeStep(map, this.step);
    this.slider.input.setAttribute("aria-valuetext", text);
    this.status.textContent = text;
    this.lines.forEach((line, at) => line.toggleAttribute("data-now", at === this.step));
  }
}
