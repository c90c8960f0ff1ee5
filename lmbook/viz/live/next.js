// Live next words: what several models expect after the reader's text.

const SHOWN = 10;

export const percent = (p) => (p > 0 && p < 0.001 ? "<0.1 %" : `${(100 * p).toFixed(1)} %`);

// -> {title, n, rows: the likeliest tokens with their probabilities}
export function nextWords({ title, tokenizer, ...opened }, text, n = SHOWN) {
  const ids = tokenizer.encode(text);
  const probabilities = softmaxOf(readAll(opened, ids).logits);
  const rows = rankedIds(probabilities).slice(0, n)
    .map((id) => ({ piece: tokenizer.show(id), p: probabilities[id] }));
  return { title, n: ids.length, rows };
}

class Explorer extends LiveExplorer {
  name = "Next words: what does each model expect?";

  label = "Text that the models read";

  open = openModel;

  controls = () => [];

  results() {
    this.lists = element("div", "models");
    return [this.lists, element("p", "hint", "␣ is a space, ↵ a line break.")];
  }

  async compute(isLate) {
    const text = this.text.input.value;
    const models = [];
    for (const opened of this.models) {
      models.push(nextWords(opened, text));
      await pause();
      if (isLate()) return null;
    }
    const best = models.map(({ title, rows }) => `${title} “${visible(rows[0].piece)}”`);
    return { text, models, said: `Likeliest next: ${best.join(", ")}.` };
  }

  show({ models }) {
    const most = Math.max(...models.flatMap(({ rows }) => rows.map(({ p }) => p)));
    const lists = models.map(({ title, n, rows }) => {
      const bars = rows.map(({ piece, p }) => bar(visible(piece), p / most, percent(p)));
      const list = named(element("ul", "bars", ...bars), `Next tokens of ${title}`);
      return element("div", "", element("p", "title", `${title}, after ${amount(n, "token")}`), list);
    });
    this.lists.replaceChildren(...lists);
  }
}
