// Live lens: what a decoder would say after the reader's text if it stopped after an earlier block.

const SHOWN = 5;

export const percent = (p) => (p > 0 && p < 0.001 ? "<0.1 %" : `${(100 * p).toFixed(1)} %`);

// The model with its first `depth` blocks alone; the last norm and the output layer stay.
export function stoppedAfter(model, depth) {
  return Object.assign(Object.create(Object.getPrototypeOf(model)), model,
    { blocks: model.blocks.slice(0, depth) });
}

// -> [{title, n, rows: the likeliest tokens}] from no block to all of them
export function lensOf({ model, tokenizer, ...opened }, text, n = SHOWN) {
  const ids = tokenizer.encode(text);
  return Array.from({ length: model.blocks.length + 1 }, (_, depth) => {
    const { logits } = readAll({ ...opened, tokenizer, model: stoppedAfter(model, depth) }, ids);
    const probabilities = softmaxOf(logits);
    const rows = rankedIds(probabilities).slice(0, n)
      .map((id) => ({ piece: tokenizer.show(id), p: probabilities[id] }));
    return { title: depth ? `after block ${depth}` : "before block 1", n: ids.length, rows };
  });
}

class Explorer extends LiveExplorer {
  name = "Lens: what would the model say if it stopped earlier?";

  label = "Text that the model reads";

  open = openModel;

  controls = () => [];

  results() {
    this.lists = element("div", "models");
    return [this.lists, element("p", "hint", "␣ is a space, ↵ a line break.")];
  }

  async compute() {
    const text = this.text.input.value;
    const depths = lensOf(this.models[0], text);
    const last = depths[depths.length - 1].rows[0];
    return { text, depths, said: `The whole model says “${visible(last.piece)}”.` };
  }

  show({ depths }) {
    const lists = depths.map(({ title, rows }) => {
      const bars = rows.map(({ piece, p }) => bar(visible(piece), p, percent(p)));
      const list = named(element("ul", "bars", ...bars), `Next tokens ${title}`);
      return element("div", "", element("p", "title", title), list);
    });
    this.lists.replaceChildren(...lists);
  }
}
