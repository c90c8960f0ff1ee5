// Live search: the passages that BM25 puts first for the reader's question, and which words did it.

const SHOWN = 5;
const LONGEST = 260; // characters of a passage that are shown

// Runs of letters, digits and _ in lower case without accents, as lmbook.tasks.retrieve.split_terms.
export const terms = (text) =>
  text.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase().normalize("NFD")
    .replace(/\p{Mn}/gu, "").match(/[\p{L}\p{N}_]+/gu) ?? [];

// word -> [passage, count, passage, count, …], and the number of words of each passage.
export function indexOf(passages) {
  const lists = new Map();
  const lengths = passages.map((text, passage) => {
    const words = terms(text);
    for (const word of words) {
      if (!lists.has(word)) lists.set(word, []);
      const list = lists.get(word);
      if (list[list.length - 2] === passage) list[list.length - 1] += 1;
      else list.push(passage, 1);
    }
    return words.length;
  });
  const mean = lengths.reduce((sum, n) => sum + n, 0) / lengths.length;
  return { passages, lists, lengths, mean };
}

// The best passages that share a word with the query, of equal ones the first; each with what the
// words of the query contribute. `held` says how many passages hold each word.
export function search({ passages, lists, lengths, mean }, query, { k1, b }) {
  const n = passages.length;
  const words = terms(query);
  const scores = new Map();
  const held = words.map((word) => (lists.get(word)?.length ?? 0) / 2);
  words.forEach((word, at) => {
    const list = lists.get(word) ?? [];
    const idf = Math.log1p((n - held[at] + 0.5) / (held[at] + 0.5));
    for (let i = 0; i < list.length; i += 2) {
      const saturation = k1 * (1 - b + (b * lengths[list[i]]) / mean);
      const parts = scores.get(list[i]) ?? Array(words.length).fill(0);
      parts[at] += (idf * list[i + 1]) / (list[i + 1] + saturation);
      scores.set(list[i], parts);
    }
  });
  const hits = Array.from(scores, ([passage, parts]) => {
    return { passage, parts, score: parts.reduce((sum, part) => sum + part, 0) };
  });
  hits.sort((x, y) => y.score - x.score || x.passage - y.passage);
  return {
    words: words.map((word, at) => [word, held[at]]),
    hits: hits.slice(0, SHOWN).map((hit) => ({ ...hit, text: passages[hit.passage] })),
    nFound: hits.length,
  };
}

class Explorer extends LiveExplorer {
  name = "Search: which passages share the rare words of your question?";

  label = "Your question";

  what = "collection";

  open = (bytes) => indexOf(JSON.parse(new TextDecoder().decode(bytes)));

  controls() {
    const change = () => this.update();
    const one = (value) => value.toFixed(2);
    this.k1 = slider("k₁, how soon a repeated word stops counting", { max: 5, step: 0.1, value: 1.5 }, change, one);
    this.b = slider("b, how much long passages pay", { max: 1, step: 0.05, value: 0.75 }, change, one);
    return [element("div", "controls", this.k1.node, this.b.node)];
  }

  results() {
    this.held = element("p", "hint");
    this.list = named(element("ol", "hits"), "Best passages");
    return [this.held, this.list];
  }

  async compute() {
    const [index] = this.models;
    const settings = { k1: Number(this.k1.input.value), b: Number(this.b.input.value) };
    const found = search(index, this.text.input.value, settings);
    const n = found.nFound.toLocaleString("en");
    return { ...found, said: `${n} of ${index.passages.length.toLocaleString("en")} passages share a word.` };
  }

  show({ words, hits }) {
    const counts = words.map(([word, n]) => `${word} ${n.toLocaleString("en")}`);
    this.held.textContent = counts.length ? `Passages that hold the word: ${counts.join(", ")}.` : "";
    this.list.replaceChildren(...hits.map((hit) => this.item(hit, words)));
  }

  item({ text, parts, score }, words) {
    const asked = new Set(words.map(([word]) => word));
    const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text;
    const pieces = cut.split(/([\p{L}\p{N}_\p{Mn}]+)/u).map((piece) =>
      (asked.has(terms(piece)[0]) ? element("mark", "asked", piece) : piece));
    const sums = words.map(([word], at) => [word, parts[at]]).filter(([, part]) => part > 0);
    const sum = sums.map(([word, part]) => `${word} ${part.toFixed(2)}`).join(" + ");
    const total = element("span", "score", `${score.toFixed(2)} = ${sum}`);
    return element("li", "hit", element("span", "passage", ...pieces), total);
  }
}
