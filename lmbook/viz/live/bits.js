// Live bits: how many bits each model needs for a byte of the reader's text.

// -> {title, bits: per byte, nats: per token, n} of one model; a text beyond its positions is cut
// by the package's rule only there, so the page refuses it
export function scoreText({ title, tokenizer, ...opened }, text) {
  const ids = tokenizer.encode(text);
  const total = -scoreIds(opened, ids).reduce((sum, score) => sum + score, 0);
  const bits = total / Math.LN2 / utf8.encode(text).length;
  return { title, bits, nats: total / ids.length, n: ids.length };
}

class Explorer extends LiveExplorer {
  name = "Bits per byte: how well does each model predict your sentence?";

  label = "Your sentence";

  open = openModel;

  controls() {
    const files = this.widget.get("more");
    const size = megabytes(bytesOf(files));
    this.add = button(`Add ${amount(files.length, "model")} (${size})`, () => this.addAll(files));
    return files.length ? [this.add] : [];
  }

  async addAll(files) {
    if (!this.bar.hidden) return;
    const models = await this.loadFiles(files);
    if (!models) return;
    this.models.push(...models);
    const hadFocus = this.add === document.activeElement;
    this.add.hidden = true;
    if (hadFocus) this.text.input.focus();
    this.update();
  }

  results() {
    this.table = element("table", "table");
    const hint = "Fewer bits: better predicted. A model that knows nothing needs 8 bits for a byte.";
    return [this.table, element("p", "hint", hint)];
  }

  async compute(isLate) {
    const text = this.text.input.value;
    if (!text) return { text, models: [], said: "There is no text to predict." };
    const models = [];
    for (const opened of this.models) {
      models.push(scoreText(opened, text));
      await pause();
      if (isLate()) return null;
    }
    const best = models.reduce((a, b) => (b.bits < a.bits ? b : a));
    return { text, models, said: `${best.title} needs the fewest bits: ${best.bits.toFixed(2)} per byte.` };
  }

  show({ models }) {
    const most = Math.max(...models.map(({ bits }) => bits));
    const rows = [...models].sort((a, b) => a.bits - b.bits).map(({ title, bits, nats, n }) => {
      const numbers = [bits.toFixed(2), nats.toFixed(2), String(n)];
      const cells = numbers.map((text) => element("td", "", text));
      return element("tr", "", th("row", "words", title), element("td", "wide", track(bits / most)), ...cells);
    });
    const head = columns("model", "", "bits per byte", "nats per token", "tokens");
    this.table.replaceChildren(caption("Best first"), head, element("tbody", "", ...rows));
  }
}
