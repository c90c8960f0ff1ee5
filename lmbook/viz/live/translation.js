// Live translation: the reader's English sentence in Spanish, and where each token looks.

const LONGEST = 48; // tokens of a translation
const MOST_TOKENS = 60; // of a source

class Explorer extends LiveExplorer {
  name = "Translation: your sentence in Spanish, and where each token looks";

  label = "An English sentence";

  open = openModel;

  controls() {
    return [];
  }

  results() {
    this.now = live("status plain");
    this.layer = choice("Attention of", [], () => this.fill());
    this.table = element("table", "table");
    const hint =
      "Each row is a token of the translation. The darker a cell, the more of its attention lies "
      + "on that token of the source, on average over the heads.";
    const scroll = scroller("Attention over the source", this.table);
    return [this.now, this.layer.node, element("p", "hint", hint), scroll];
  }

  async compute() {
    const [opened] = this.models;
    const text = this.text.input.value;
    if (!text.trim()) return null;
    const ids = opened.tokenizer.encode(text);
    if (ids.length > MOST_TOKENS) throw new Error(`${ids.length} tokens, there is room for ${MOST_TOKENS}`);
    const found = translateIds(opened, ids, LONGEST);
    const end = opened.config.eos_id;
    const show = (id) => opened.tokenizer.show(id);
    const written = found.ids.length < found.probabilities.length ? [...found.ids, end] : found.ids;
    return {
      text,
      translation: opened.tokenizer.decode(found.ids),
      source: [...ids, end].map(show),
      target: written.map(show),
      probabilities: found.probabilities,
      weights: found.weights,
      said: `${amount(found.ids.length, "token")} from ${amount(ids.length, "token")}.`,
    };
  }

  show(found) {
    this.found = { ...found, weights: found.weights.map((layer) =>
      (typeof layer === "string" ? unpackedRows(layer) : layer)) };
    this.now.textContent = `Spanish: ${found.translation}`;
    const { input } = this.layer;
    const before = input.selectedIndex;
    const last = found.weights.length - 1;
    input.replaceChildren(...found.weights.map((_, layer) => new Option(`decoder layer ${layer + 1}`, layer)));
    input.selectedIndex = before < 0 ? last : before;
    this.fill();
  }

  fill() {
    const { source, target, probabilities, weights } = this.found;
    const rows = target.map((token, row) => {
      const cells = weights[this.layer.input.selectedIndex][row].map((weight) => {
        const cell = element("td", "weight", String(Math.round(100 * weight)));
        cell.style.setProperty("--lmb-xx-a", `${Math.round(100 * Math.sqrt(weight))}%`);
        return cell;
      });
      const sure = element("td", "", `${Math.round(100 * probabilities[row])} %`);
      return element("tr", "", th("row", "", visible(token)), sure, ...cells);
    });
    const head = columns("", "probability", ...source.map(visible));
    const title = caption("Attention in hundredths, token by token");
    this.table.replaceChildren(title, head, element("tbody", "", ...rows));
  }
}

// "1000;400 600" are the weights of two tokens, in thousandths.
const unpackedRows = (rows) =>
  rows.split(";").map((row) => row.split(" ").map((weight) => weight / 1000));
