// Masking explorer: hide a token, or two neighbours, and see what a masked model puts there.

const SCALE = 10000; // probabilities arrive as whole numbers of this part

// 0.374 -> "37.4"; what is there but rounds to nothing is "<0.1"
export function percent(share) {
  const value = (100 * share) / SCALE;
  if (share > 0 && value < 0.1) return "<0.1";
  return value.toFixed(1);
}

// The hidden places after a click: a neighbour of the one hidden place joins it, a hidden place
// is shown again, and any other place starts anew.
export function toggle(hidden, at) {
  if (hidden.includes(at)) return hidden.filter((place) => place !== at);
  const joins = hidden.length === 1 && Math.abs(hidden[0] - at) === 1;
  return joins ? [...hidden, at].sort((a, b) => a - b) : [at];
}

// The precomputed answers for the hidden places, in the order of the text.
export function answersOf({ alone, together }, hidden) {
  if (hidden.length === 2) return together[hidden[0]];
  return hidden.map((at) => alone[at]);
}

// "Place 3, “e” hidden: “e” 61.0 %, “a” 12.0 %, … The true token is guess 1."
export function describe(tokens, text, hidden, answers) {
  if (hidden.length === 0) return "Nothing is hidden. Choose a token to hide it.";
  const parts = hidden.map((at, i) => {
    const { guesses, rank, share } = answers[i];
    const [first, odds] = guesses[0];
    const best = `best guess “${visible(tokens[first])}” ${percent(odds)} %`;
    const truth = `“${visible(tokens[text[at]])}” ${percent(share)} %, rank ${rank}`;
    return `Place ${at + 1}: ${best}; true token ${truth}.`;
  });
  return parts.join(" ");
}

// What hiding the neighbour as well does to the true token: both shares, in text order.
export function compare(source, hidden) {
  if (hidden.length !== 2) return [];
  const both = answersOf(source, hidden);
  return hidden.map((at, i) => ({ at, alone: source.alone[at].share, together: both[i].share }));
}

class Explorer {
  constructor(model) {
    this.tokens = model.get("tokens");
    this.texts = model.get("texts");
    this.alone = model.get("alone");
    this.together = model.get("together");
    this.marked = model.get("marked");
    const words = (text) => text.map((id) => this.tokens[id]).join("");
    const titles = this.texts.map((text) => words(text).trim().slice(0, 48));
    this.choice = choice("Text", titles, (at) => this.chooseText(at));
    this.line = named(element("div", "text"), "Text: each button hides its token", "group");
    const moves = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
    onKeys(this.line, moves, (move) => this.move(move));
    this.status = live();
    this.results = element("div", "results");
    this.effect = element("p", "effect");
  }

  view() {
    const how =
      "Click a token to hide it, and a neighbour to hide both. " +
      "With the keyboard: arrow keys to move, Enter or Space to hide.";
    const parts = [this.line, this.status, this.results, this.effect];
    this.chooseText(0);
    const name = "Masking explorer: what does the model put there?";
    return section(name, this.choice.node, element("p", "hint", how), ...parts);
  }

  source() {
    return { alone: this.alone[this.at], together: this.together[this.at] };
  }

  chooseText(at) {
    this.at = at;
    const text = this.texts[at];
    this.buttons = text.map((_, place) =>
      button("", () => this.hide(toggle(this.hidden, place), place), { classes: "piece" }));
    this.line.replaceChildren(...this.buttons);
    // begin where something is to be seen: in the middle
    this.hide([Math.floor(text.length / 2)], Math.floor(text.length / 2));
  }

  hide(hidden, place) {
    this.hidden = hidden;
    const text = this.texts[this.at];
    this.buttons.forEach((node, i) => {
      const isHidden = hidden.includes(i);
      const name = visible(this.tokens[text[i]]);
      node.textContent = isHidden ? this.marked : name;
      node.setAttribute("aria-pressed", String(isHidden));
      const state = isHidden ? `, hidden: ${this.marked}` : "";
      named(node, `Place ${i + 1}, “${name}”${state}`);
      node.tabIndex = i === place ? 0 : -1;
    });
    const answers = answersOf(this.source(), hidden);
    this.status.textContent = describe(this.tokens, text, hidden, answers);
    this.results.replaceChildren(...hidden.map((at, i) => this.answer(at, answers[i])));
    const effects = compare(this.source(), hidden).map(({ at, alone, together }) => {
      const name = visible(this.tokens[text[at]]);
      return `“${name}”: ${percent(alone)} % if it alone is hidden, ${percent(together)} % now.`;
    });
    this.effect.textContent = effects.join(" ");
    this.effect.hidden = effects.length === 0;
  }

  answer(at, { guesses, rank, share }) {
    const trueId = this.texts[this.at][at];
    const line = (name, odds, isTrue) => {
      const node = bar(isTrue ? `${name} ✓` : name, odds / SCALE, `${percent(odds)} %`);
      node.toggleAttribute("data-true", isTrue);
      return node;
    };
    const lines = guesses.map(([id, odds]) => line(visible(this.tokens[id]), odds, id === trueId));
    if (rank > guesses.length) {
      lines.push(line(`${visible(this.tokens[trueId])} (rank ${rank})`, share, true));
    }
    const list = named(element("ul", "", ...lines), `Guesses for place ${at + 1}`);
    return element("div", "", element("p", "label", `Place ${at + 1}`), list);
  }

  move(step) {
    const now = this.buttons.findIndex((node) => node.tabIndex === 0);
    const next = clamp(now + step, this.buttons.length);
    this.buttons[now].tabIndex = -1;
    this.buttons[next].tabIndex = 0;
    this.buttons[next].focus();
  }
}
