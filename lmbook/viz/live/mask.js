// Live mask: which tokens fit where the reader puts a mask?

const SHOWN = 8;

export const percent = (p) => (p > 0 && p < 0.001 ? "<0.1 %" : `${(100 * p).toFixed(1)} %`);

// The tokens that frame a text and the one that masks, by their names in BERT and in RoBERTa.
export function frameOf({ specialIds }) {
  const named = (...names) => specialIds[names.find((name) => name in specialIds)];
  const mask = "[MASK]" in specialIds ? "[MASK]" : "<mask>";
  return { first: named("[CLS]", "<s>"), last: named("[SEP]", "</s>"), mask, maskId: specialIds[mask] };
}

// -> for each mask of the text the likeliest tokens
export function fillMasks({ tokenizer, model }, text, n = SHOWN) {
  const { first, last, maskId } = frameOf(tokenizer);
  const ids = [first, ...tokenizer.encode(text, true), last];
  const hidden = model.hidden(ids);
  return ids.flatMap((id, at) => {
    if (id !== maskId) return [];
    const probabilities = softmaxOf(model.logits(hidden[at]));
    const rows = rankedIds(probabilities).slice(0, n)
      .map((token) => ({ piece: tokenizer.show(token), p: probabilities[token] }));
    return [{ rows }];
  });
}

class Explorer extends LiveExplorer {
  name = "Fill the mask: which tokens fit?";

  label = "Your text, with one mask or more";

  open = openModel;

  controls() {
    const insert = () => {
      const { input } = this.text;
      input.setRangeText(frameOf(this.models[0].tokenizer).mask, input.selectionStart, input.selectionEnd, "end");
      input.focus();
      this.update();
    };
    return [element("div", "buttons", button("Put a mask at the cursor", insert))];
  }

  results() {
    this.lists = element("div", "models");
    return [this.lists];
  }

  async compute() {
    const [opened] = this.models;
    const text = this.text.input.value;
    const masks = fillMasks(opened, text);
    const best = masks.map(({ rows }) => `“${visible(rows[0].piece)}” ${percent(rows[0].p)}`);
    const { mask } = frameOf(opened.tokenizer);
    const said = masks.length ? `Likeliest: ${best.join(", ")}.` : `There is no ${mask} in the text.`;
    return { text, masks, said };
  }

  show({ masks }) {
    const lists = masks.map(({ rows }, at) => {
      const bars = rows.map(({ piece, p }) => bar(visible(piece), p, percent(p)));
      const title = masks.length > 1 ? `Mask ${at + 1}` : "The mask";
      return element("div", "", element("p", "title", title),
        named(element("ul", "bars", ...bars), `Tokens for mask ${at + 1}`));
    });
    this.lists.replaceChildren(...lists);
  }
}
