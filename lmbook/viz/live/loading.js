// ---- loading: a model's file from beside the page, or from the kernel; and what is seen of it

const PATIENCE = 20_000; // milliseconds without a word from the kernel
const REST = 120; // milliseconds between the last key and the computation

const bytesOf = (files) => files.reduce((sum, { n_bytes: size }) => sum + size, 0);

// Where the site keeps a model, or a tokenizer, whose name ends in .json; null where the page is
// not one of the site.
export function siteAddress(name, root, page) {
  const file = name.endsWith(".json") ? name : `${name}.safetensors`;
  return root === undefined ? null : new URL(`${root}_static/models/${file}`, page).href;
}

export const fromFile = () => location.protocol === "file:";

export const megabytes = (n) => `${(n / 1e6).toFixed(1)} MB`;

// One array from parts; `progress` is told how many bytes have come.
export function joinParts(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => {
    whole.set(part, at);
    return at + part.length;
  }, 0);
  return whole;
}

async function fetchBytes(address, progress) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the site answers ${response.status}`);
  const reader = response.body.getReader();
  const parts = [];
  let n = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joinParts(parts);
    parts.push(value);
    progress((n += value.length));
  }
}

// The kernel sends a file in parts, each with its number, when it is asked by name.
export function askKernel(model, name, progress, patience = PATIENCE) {
  return new Promise((resolve, reject) => {
    const parts = [];
    let timer;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => finish(reject, new Error("no kernel answers")), patience);
    };
    const finish = (end, value) => {
      clearTimeout(timer);
      model.off("msg:custom", take);
      end(value);
    };
    const take = (content, buffers) => {
      if (content.name !== name) return;
      if (content.error) return void finish(reject, new Error(content.error));
      const { buffer, byteOffset, byteLength } = buffers[0];
      parts[content.part] = new Uint8Array(buffer, byteOffset, byteLength);
      progress(parts.reduce((sum, part) => sum + part.length, 0));
      if (parts.filter(Boolean).length === content.n_parts) finish(resolve, joinParts(parts));
      else wait();
    };
    model.on("msg:custom", take);
    wait();
    model.send({ name });
  });
}

// The explorers of a page share what was loaded.
function loadOnce(model, name, progress) {
  const loaded = (globalThis.lmbookModels ??= new Map());
  if (!loaded.has(name)) {
    const address = siteAddress(name, document.documentElement.dataset.content_root, document.baseURI);
    const bytes = address ? fetchBytes(address, progress) : askKernel(model, name, progress);
    bytes.catch(() => loaded.delete(name)); // the reader may try again
    loaded.set(name, bytes);
  }
  return loaded.get(name);
}

export const pause = (milliseconds = 0) => new Promise((done) => setTimeout(done, milliseconds));

export function textArea(name, value, onInput) {
  const input = Object.assign(element("textarea", "input"), { value, spellcheck: false, rows: 2 });
  input.addEventListener("input", () => onInput());
  return { input, node: control(name, input) };
}

// An explorer that shows a stored example until the reader loads the models, if it has any. A
// subclass has `name`, the `label` of its text, `controls()`, `results()`, `show(example or found)`,
// `open(bytes)` of what is loaded, and `compute()`, which returns what `show` takes, and a sentence
// `said` about it.
export class LiveExplorer {
  what = "model"; // that is loaded

  constructor(model) {
    Object.assign(this, { widget: model, files: model.get("files"), example: model.get("example") });
    this.state = live();
    this.turn = 0;
  }

  view() {
    this.text = textArea(this.label, this.example.text, () => this.update());
    this.text.input.maxLength = 2000;
    const size = bytesOf(this.files);
    const what = this.files.length === 1 ? `the ${this.what}` : amount(this.files.length, this.what);
    this.load = button(`Load ${what} (${megabytes(size)})`, () => this.loadAll());
    this.bar = named(Object.assign(element("progress", "progress"), { hidden: true }), "Loading");
    this.own = element("div", "own", this.text.node, ...this.controls());
    this.own.hidden = true;
    this.state.textContent =
      `A stored example. Load ${what} to try your own text; it stays in this page.`;
    const parts = [this.load, this.bar, this.state, this.own, ...this.results()];
    this.show(this.example);
    if (!this.files.length) this.begin();
    else if (fromFile()) this.refuse();
    return section(this.name, ...parts);
  }

  async loadAll() {
    if (!this.bar.hidden) return; // on its way; a button that is disabled would lose the keyboard
    const models = await this.loadFiles(this.files);
    if (!models) return;
    this.models = models;
    const hadFocus = this.load === document.activeElement;
    this.begin();
    if (hadFocus) this.text.input.focus();
  }

  // What is opened from the files, in their order; null, and a word about it, if one does not come.
  async loadFiles(files) {
    Object.assign(this.bar, { hidden: false, value: 0, max: bytesOf(files) });
    this.state.textContent = "Loading …";
    try {
      const models = [];
      let before = 0;
      for (const { name, title, n_bytes: size } of files) {
        const bytes = await loadOnce(this.widget, name, (n) => (this.bar.value = before + n));
        this.bar.value = before += size;
        models.push({ title, ...this.open(bytes) });
        await pause();
      }
      this.bar.hidden = true;
      return models;
    } catch (error) {
      this.fail(error);
      return null;
    }
  }

  begin() {
    this.own.hidden = false;
    this.load.hidden = true;
    this.state.textContent = "";
    this.update();
  }

  // A page that was opened from a file may not read others.
  refuse() {
    this.load.hidden = true;
    this.state.textContent =
      "A stored example. This page was opened from a file, so it cannot load models: read it on a site.";
  }

  fail(error) {
    this.bar.hidden = true;
    const shown = this.models ? "" : " A stored example is shown.";
    this.state.textContent = `The ${this.what} could not be loaded: ${error.message}.${shown}`;
  }

  // Computes when the reader rests for a moment; only the last of several changes counts.
  async update() {
    const turn = (this.turn += 1);
    await pause(REST);
    if (turn !== this.turn) return;
    try {
      const found = await this.compute(() => turn !== this.turn);
      if (turn !== this.turn || !found) return;
      this.show(found);
      this.state.textContent = found.said ?? "";
    } catch (error) {
      this.state.textContent = `This text is too long or cannot be read: ${error.message}.`;
    }
  }
}
