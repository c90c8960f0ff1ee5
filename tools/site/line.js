
// ---- the landing page's live line: one button loads the model and lets it write

class Line {
  constructor({ file, example, temperature, nShown, nWritten }) {
    Object.assign(this, { file, example, temperature, nShown, nWritten, seed: 0, turn: 0 });
  }

  view() {
    this.field = textArea("Your line", this.example.text, () => this.typed());
    this.field.input.maxLength = 500;
    const size = megabytes(this.file.n_bytes);
    const press = () => (this.isWriting ? (this.isStopped = true) : this.write());
    this.start = button(`Continue (loads ${size})`, press, { classes: "button main" });
    const range = { min: 0.1, max: 1.5, step: 0.05, value: this.temperature };
    this.heat = slider("Temperature", range, () => this.typed(), (value) => value.toFixed(2));
    this.bar = named(Object.assign(element("progress", "progress"), { max: this.file.n_bytes, value: 0 }), "Loading");
    this.bar.hidden = true;
    this.state = live();
    this.state.textContent = "A stored example: the highlighted words are the model’s.";
    this.prompt = element("span", "prompt");
    this.added = element("span", "added");
    this.bars = element("ul", "bars");
    this.show(this.example.text, this.example.added, this.example.rows);
    const row = element("div", "row", this.heat.node, element("div", "buttons", this.start));
    const next = element("p", "hint", "Probabilities of the next token after your line:");
    const text = element("p", "text", this.prompt, this.added);
    return section("A model continues your line", this.field.node, row, this.bar, this.state, text, next, this.bars);
  }

  show(text, added, rows) {
    this.prompt.textContent = text;
    this.added.textContent = added;
    this.bars.replaceChildren(...rows.map(({ piece, p }) => {
      const line = bar(visible(piece), p, percent(p));
      line.firstChild.className = prefixed("name words");
      return line;
    }));
  }

  // Loads the model once; says what went wrong and returns null where it cannot.
  async open() {
    if (this.opened) return this.opened;
    this.bar.hidden = false;
    this.state.textContent = "Loading …";
    try {
      const bytes = await loadOnce(null, this.file.name, (n) => (this.bar.value = n));
      this.opened = openModel(bytes);
    } catch (error) {
      const why = location.protocol === "file:"
        ? "a page opened from a file may not load models"
        : error.message;
      this.state.textContent = `The model could not be loaded: ${why}. A stored example is shown.`;
    }
    this.bar.hidden = true;
    return this.opened ?? null;
  }

  ids() {
    const ids = this.opened.tokenizer.encode(this.field.input.value);
    const most = this.opened.model.limit - 2;
    if (ids.length > most) throw new Error(`it has ${ids.length} tokens, the model takes ${most}`);
    return ids;
  }

  settings = () => ({ temperature: Number(this.heat.input.value) });

  // What the model expects after the line, as soon as the reader rests.
  async typed() {
    const turn = (this.turn += 1);
    this.isStopped = true;
    await pause(REST);
    while (this.isWriting) await pause(10);
    if (turn !== this.turn) return;
    const text = this.field.input.value;
    if (!this.opened) return this.show(text, "", []);
    try {
      this.show(text, "", this.rows(readAll(this.opened, this.ids()).logits));
      this.state.textContent = "";
    } catch (error) {
      this.state.textContent = `This line cannot be read: ${error.message}.`;
    }
  }

  rows(logits) {
    const { rows } = tableOf(logits, this.settings(), (id) => this.opened.tokenizer.show(id), this.nShown);
    return rows;
  }

  async write() {
    this.turn += 1; // what was typed before is written on, not only looked at
    this.isWriting = true;
    this.isStopped = false;
    if (await this.open()) await this.draw();
    this.isWriting = false;
    this.start.textContent = this.opened ? "Continue differently" : "Try again";
  }

  async draw() {
    const { model, tokenizer, config } = this.opened;
    this.start.textContent = "Stop";
    const plan = { n: this.nWritten, next: seededNumbers((this.seed += 1)), endId: config.start_id };
    const began = performance.now();
    try {
      const ids = this.ids();
      this.show(this.field.input.value, "", this.rows(readAll({ model, config }, ids).logits));
      const written = await generate(this.opened, ids, this.settings(), plan, async (all) => {
        this.added.textContent = tokenizer.decode(all);
        await pause();
        return !this.isStopped;
      });
      const speed = Math.round((1000 * written.length) / (performance.now() - began));
      this.state.textContent = `${amount(written.length, "token")} written, ${speed} tokens per second.`;
    } catch (error) {
      this.state.textContent = `This line cannot be continued: ${error.message}.`;
    }
  }
}

const facts = JSON.parse(document.getElementById("lmb-line-facts").textContent);
document.getElementById("lmb-line").replaceChildren(new Line(facts).view());
