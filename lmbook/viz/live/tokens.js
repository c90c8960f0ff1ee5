// Live tokenizers: the reader's text cut by several tokenizers, side by side.

const MOST_SHOWN = 400;

// "12 tokens, 3.4 bytes per token"
export function describeCut(ids, nBytes) {
  const count = amount(ids.length, "token");
  return ids.length ? `${count}, ${(nBytes / ids.length).toFixed(2)} bytes per token` : count;
}

class Explorer {
  constructor(model) {
    this.tokenizers = model.get("tokenizers").map(({ title, content }) => {
      return { title, tokenizer: openTokenizer(JSON.parse(content)) };
    });
    this.text = textArea("Your text", model.get("text"), () => this.draw());
    this.text.input.maxLength = 4000;
    this.state = live();
    this.rows = this.tokenizers.map(({ title }) => {
      const list = named(element("ol", "pieces"), `Tokens of ${title}`);
      return { head: element("p", "title"), list, more: element("p", "hint") };
    });
  }

  view() {
    const rows = this.rows.flatMap(({ head, list, more }) => [head, list, more]);
    const hint = "Below each token stands its id. ␣ is a space, ↵ a line break; <E7> is one byte.";
    this.draw();
    return section(
      "Tokenizers: how is your text cut?", this.text.node, this.state, ...rows,
      element("p", "hint", hint),
    );
  }

  draw() {
    const text = this.text.input.value;
    const nBytes = utf8.encode(text).length;
    const counts = this.tokenizers.map(({ title, tokenizer }, at) => {
      const ids = tokenizer.encode(text);
      this.drawRow(this.rows[at], tokenizer, ids, `${title}: ${describeCut(ids, nBytes)}`);
      return `${title} ${ids.length}`;
    });
    const size = `${amount(Array.from(text).length, "character")}, ${amount(nBytes, "byte")}`;
    this.state.textContent = `${size}. Tokens: ${counts.join(", ")}.`;
  }

  drawRow({ head, list, more }, tokenizer, ids, title) {
    head.textContent = title;
    const shown = ids.slice(0, MOST_SHOWN).map((id) =>
      element("li", "piece", visible(tokenizer.show(id)) || "·", element("span", "small", String(id))));
    list.replaceChildren(...shown);
    more.textContent = ids.length > MOST_SHOWN ? `and ${ids.length - MOST_SHOWN} more` : "";
    more.hidden = !more.textContent;
  }
}
