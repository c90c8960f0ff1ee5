// Live sampling: a model continues the reader's text, one token after the other.

const SHOWN = 12;
const TOP_KS = [1, 2, 3, 5, 10, 20, 40, 100, 300, Infinity];

export const percent = (p) => (p > 0 && p < 0.001 ? "<0.1 %" : `${(100 * p).toFixed(1)} %`);

// The likeliest tokens with the model's own probability and the one that is drawn from.
export function tableOf(logits, settings, show, n = SHOWN) {
  const [own, drawn] = [softmaxOf(logits), filtered(logits, settings)];
  const rows = rankedIds(own).slice(0, n).map((id) => ({ piece: show(id), own: own[id], p: drawn[id] }));
  return { rows, nKept: drawn.filter((p) => p > 0).length, nAll: own.length };
}

class Explorer extends LiveExplorer {
  name = "Sampling: how does the model continue your text?";

  label = "Text to continue";

  open = openModel;

  controls() {
    const last = TOP_KS.length - 1;
    const redraw = () => this.update();
    const two = (value) => value.toFixed(2);
    this.sliders = {
      temperature: slider("Temperature", { min: 0.1, max: 2, step: 0.05, value: 1 }, redraw, two),
      topK: slider("Top-k", { max: last, value: last }, redraw,
        (at) => (at === last ? "all" : String(TOP_KS[at]))),
      topP: slider("Top-p", { min: 0.05, max: 1, step: 0.05, value: 1 }, redraw, two),
      minP: slider("Min-p", { max: 0.5, step: 0.01, value: 0 }, redraw, two),
      n: slider("Tokens", { min: 10, max: 200, step: 10, value: 60 }, () => {}, String),
      seed: slider("Seed", { max: 99, value: 1 }, () => {}, String),
    };
    const nodes = Object.values(this.sliders).map(({ node }) => node);
    // one button for both, so that the keyboard stays where it is
    this.start = button("Write", () => (this.isWriting ? (this.stopped = true) : this.write()));
    return [element("div", "controls", ...nodes), element("div", "buttons", this.start)];
  }

  results() {
    this.prompt = element("span", "prompt");
    this.added = element("span", "added");
    this.table = element("table", "table");
    const hint = "Bars: the probability that is drawn from; struck out: never drawn.";
    return [element("p", "text", this.prompt, this.added), this.table, element("p", "hint", hint)];
  }

  settings() {
    const value = (name) => Number(this.sliders[name].input.value);
    const [temperature, topP, minP] = ["temperature", "topP", "minP"].map(value);
    return { temperature, topK: TOP_KS[value("topK")], topP, minP };
  }

  ids() {
    const { tokenizer, model } = this.models[0];
    const ids = tokenizer.encode(this.text.input.value);
    if (ids.length + 2 > model.limit) throw new Error(`${ids.length} tokens, the model takes ${model.limit}`);
    return ids;
  }

  async compute() {
    const [opened] = this.models;
    this.stopped = true; // another text is not what is being continued
    const { logits } = readAll(opened, this.ids());
    const table = tableOf(logits, this.settings(), (id) => opened.tokenizer.show(id));
    const said = `${table.nKept} of ${table.nAll} tokens can be drawn next.`;
    return { text: this.text.input.value, added: "", said, ...table };
  }

  async write() {
    this.isWriting = true;
    this.start.textContent = "Stop";
    await this.update(); // a computation that waits would stop this one
    this.stopped = false;
    const [opened] = this.models;
    const began = performance.now();
    try {
      const written = await generate(opened, this.ids(), this.settings(), this.plan(), async (ids) => {
        this.added.textContent = opened.tokenizer.decode(ids);
        await pause();
        return !this.stopped;
      });
      const seconds = (performance.now() - began) / 1000;
      const speed = `${Math.round(written.length / seconds)} tokens per second`;
      this.state.textContent = `${amount(written.length, "token")} written, ${speed}.`;
    } catch (error) {
      this.state.textContent = `This text cannot be continued: ${error.message}.`;
    }
    this.isWriting = false;
    this.start.textContent = "Write";
  }

  plan() {
    const { n, seed } = this.sliders;
    const next = seededNumbers(Number(seed.input.value));
    return { n: Number(n.input.value), next, endId: this.models[0].config.start_id };
  }

  show({ text, added, rows }) {
    this.prompt.textContent = text;
    this.added.textContent = added;
    const lines = rows.map(({ piece, own, p }) => {
      const cells = [element("td", "wide", track(p)), element("td", "", percent(p)), element("td", "", percent(own))];
      return element("tr", p === 0 ? "out" : "", th("row", "words", visible(piece)), ...cells);
    });
    const head = columns("token", "", "drawn from", "model");
    this.table.replaceChildren(caption("The next token"), head, element("tbody", "", ...lines));
  }
}
