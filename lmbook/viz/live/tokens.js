// Live tokenizers: the reader's text cut by several tokenizers, side by side.

const MOST_SHOWN = 400;

// "12 tokens, 3.4 bytes per token"
export function describeCut(ids, nBytes) {
  const count = amount(ids.length, "token");
  return ids.length ? `${count}, ${(nBytes / ids.length).toFixed(2)} bytes per token` : count;
}

class Explorer extends LiveExplorer {
  name = "Tokenizers: how is your text cut?";

  label = "Your text";

  what = "tokenizer";

  open = (bytes) => ({ tokenizer: openTokenizer(JSON.parse(readUtf8(bytes))) });

  controls = () => [];

  results() {
    this.shipped = this.widget.get("tokenizers");
    this.rows = this.shipped.map(({ title }) => {
      const list = named(element("ol", "pieces"), `Tokens of ${title}`);
      return { title, head: element("p", "title"), list, more: element("p", "hint") };
    });
    const hint = "Below each token stands its id. ␣ is a space, ↵ a line break; <E7> is one byte.";
    const rows = this.rows.flatMap(({ head, list, more }) => [head, list, more]);
    return [...rows, element("p", "hint", hint)];
  }

  // The tokenizers in the order of the rows: those that travelled with the page, those loaded.
  opened() {
    const loaded = [...(this.models ?? [])];
    this.tokenizers ??= this.shipped.map(({ content }) =>
      content ? openTokenizer(JSON.parse(content)) : loaded.shift().tokenizer);
    return this.tokenizers;
  }

  async compute() {
    const text = this.text.input.value;
    const cuts = this.opened().map((tokenizer) => {
      const ids = tokenizer.encode(text);
      return { ids, pieces: ids.slice(0, MOST_SHOWN).map((id) => tokenizer.show(id)) };
    });
    const size = `${amount(Array.from(text).length, "character")}, ${amount(utf8.encode(text).length, "byte")}`;
    const counts = cuts.map(({ ids }, at) => `${this.rows[at].title} ${ids.length}`);
    return { text, cuts, said: `${size}. Tokens: ${counts.join(", ")}.` };
  }

  show({ text, cuts }) {
    const nBytes = utf8.encode(text).length;
    cuts.forEach(({ ids, pieces }, at) => this.drawRow(this.rows[at], ids, pieces, nBytes));
  }

  drawRow({ title, head, list, more }, ids, pieces, nBytes) {
    head.textContent = `${title}: ${describeCut(ids, nBytes)}`;
    const shown = pieces.map((piece, at) =>
      element("li", "piece", visible(piece) || "·", element("span", "small", String(ids[at]))));
    list.replaceChildren(...shown);
    more.textContent = ids.length > MOST_SHOWN ? `and ${ids.length - MOST_SHOWN} more` : "";
    more.hidden = !more.textContent;
  }
}
