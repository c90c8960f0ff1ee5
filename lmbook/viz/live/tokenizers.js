// ---- tokenizers: the files of lmbook.tokenizers and tokenizer.json, with the ids of the package

// What Unicode calls white space; \s of a pattern differs in U+0085 and U+FEFF.
const SPACE_CLASS = "\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const CHINESE = [
  [0x4e00, 0x9fff], [0x3400, 0x4dbf], [0x20000, 0x2a6df], [0x2a700, 0x2b73f],
  [0x2b740, 0x2b81f], [0x2b820, 0x2ceaf], [0xf900, 0xfaff], [0x2f800, 0x2fa1f],
].map((ends) => ends.map((code) => `\\u{${code.toString(16)}}`).join("-")).join("");
const MARKS = `!-\\/:-@\\[-\`\\{-~\\p{P}${CHINESE}`;
const GPT2_PATTERN = new RegExp(
  `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${SPACE_CLASS}\\p{L}\\p{N}]+` +
    `|[${SPACE_CLASS}]+(?![^${SPACE_CLASS}])|[${SPACE_CLASS}]+`,
  "gu",
);
// Qwen's: a word takes one mark before it, and every digit stands alone.
const QWEN2_PATTERN = new RegExp(
  "'(?:[sStTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}" +
    `| ?[^${SPACE_CLASS}\\p{L}\\p{N}]+[\\r\\n]*|[${SPACE_CLASS}]*[\\r\\n]+` +
    `|[${SPACE_CLASS}]+(?![^${SPACE_CLASS}])|[${SPACE_CLASS}]+`,
  "gu",
);
const BERT_PATTERN = new RegExp(`[${MARKS}]|[^${SPACE_CLASS}${MARKS}]+`, "gu");
const ENDING_SPACES = new RegExp(`[${SPACE_CLASS}]+$`, "u");
const WORD_START = "▁";
const LONGEST_WORD = 100; // in WordPiece a longer one is unknown

const PATTERNS = { gpt2: GPT2_PATTERN, qwen2: QWEN2_PATTERN };

export function splitBert(text, lowercase) {
  const clean = text.replace(/[\ufffd\p{Cf}\p{Co}]|(?![\t\n\r])\p{Cc}/gu, "");
  if (!lowercase) return clean.match(BERT_PATTERN) ?? [];
  const plain = clean.replaceAll("Σ", "σ").normalize("NFD").replace(/\p{Mn}/gu, "");
  return plain.toLowerCase().normalize("NFD").match(BERT_PATTERN) ?? [];
}

// A printable character for each byte, as GPT-2 writes them.
const BYTE_ALPHABET = (() => {
  let next = 0x100;
  const isVisible = (b) => (b >= 0x21 && b < 0x7f) || (b >= 0xa1 && b < 0xad) || b >= 0xae;
  return Array.from({ length: 256 }, (_, byte) => {
    if (isVisible(byte)) return String.fromCharCode(byte);
    next += 1;
    return String.fromCharCode(next - 1);
  });
})();
const BYTE_OF = new Map(BYTE_ALPHABET.map((character, byte) => [character, byte]));
const utf8 = new TextEncoder();

function readUtf8(bytes) {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}

// What all tokenizers share: ids by name, special tokens on request, tokens to show.
export class LiveTokenizer {
  // `takesLeft` names the special tokens that swallow the white space before them
  constructor(tokens, specialIds, takesLeft) {
    Object.assign(this, { tokens, specialIds, takesLeft, cache: new Map() });
    // in a text, special tokens leave nothing, but the unknown one is shown
    const hidden = Object.entries(specialIds).filter(([name]) => !/^(<unk>|\[UNK\])$/.test(name));
    this.hidden = new Set(hidden.map(([, id]) => id));
    const names = Object.keys(specialIds).sort((a, b) => b.length - a.length);
    const escaped = names.map((name) => name.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&"));
    this.special = names.length ? new RegExp(`(${escaped.join("|")})`) : null;
  }

  // The names of special tokens are text like any other, unless `special` is true.
  encode(text, special = false) {
    if (!special || !this.special) return this.encodeText(text);
    const parts = text.split(this.special);
    return parts.flatMap((part, at) => {
      if (at % 2) return [this.specialIds[part]];
      const cut = this.takesLeft.has(parts[at + 1]) ? part.replace(ENDING_SPACES, "") : part;
      return this.encodeText(cut);
    });
  }

  encodeText(text) {
    return this.split(text).flatMap((word) => {
      if (!this.cache.has(word)) this.cache.set(word, this.encodeWord(word));
      return this.cache.get(word);
    });
  }

  decode(ids) {
    return this.spell(ids.filter((id) => !this.hidden.has(id)));
  }
}

class ByteBPE extends LiveTokenizer {
  // `made` maps left * n + right to [rank, id of the result]
  constructor({ tokens, specialIds, takesLeft, made, byteIds, n, split = "gpt2", nfc = false }) {
    super(tokens, specialIds, takesLeft);
    Object.assign(this, { made, byteIds, n, pattern: PATTERNS[split], nfc });
  }

  split = (text) => (this.nfc ? text.normalize("NFC") : text).match(this.pattern) ?? [];

  encodeWord(word) {
    const ids = Array.from(utf8.encode(word), (byte) => this.byteIds[byte]);
    for (;;) {
      let best = null;
      for (let at = 0; at + 1 < ids.length; at += 1) {
        const merge = this.made.get(ids[at] * this.n + ids[at + 1]);
        if (merge && (!best || merge[0] < best.rank)) best = { at, rank: merge[0], id: merge[1] };
      }
      if (!best) return ids;
      ids.splice(best.at, 2, best.id);
    }
  }

  bytes = (id) => Array.from(this.tokens[id], (character) => BYTE_OF.get(character));

  spell(ids) {
    return readUtf8(ids.flatMap(this.bytes));
  }

  // A token as text; bytes that are a part of a character only are shown as numbers.
  show(id) {
    if (this.hidden.has(id)) return this.tokens[id];
    const text = this.spell([id]);
    if (!text.includes("\ufffd")) return text;
    return this.bytes(id).map((byte) => `<${byte.toString(16).toUpperCase().padStart(2, "0")}>`).join("");
  }
}

class WordPieces extends LiveTokenizer {
  constructor({ tokens, specialIds, takesLeft, lowercase, unknown, ids }) {
    super(tokens, specialIds, takesLeft);
    Object.assign(this, { lowercase, unknown, ids });
  }

  split = (text) => splitBert(text, this.lowercase);

  encodeWord(word) {
    const characters = Array.from(word);
    if (characters.length > LONGEST_WORD) return [this.unknown];
    const found = [];
    for (let start = 0; start < characters.length; ) {
      let end = characters.length;
      const piece = () => (start ? "##" : "") + characters.slice(start, end).join("");
      while (end > start && !this.ids.has(piece())) end -= 1;
      if (end === start) return [this.unknown];
      found.push(this.ids.get(piece()));
      start = end;
    }
    return found;
  }

  spell(ids) {
    return ids.map((id) => this.tokens[id]).join(" ").replaceAll(" ##", "").replace(/^##/, "");
  }

  show = (id) => this.tokens[id];
}

class UnigramPieces extends LiveTokenizer {
  // `scores` maps a piece to [log-probability, id]; `byteIds` is empty without byte fallback
  constructor({ tokens, specialIds, takesLeft, scores, unknown, byteIds }) {
    super(tokens, specialIds, takesLeft);
    Object.assign(this, { scores, unknown, byteIds });
    const all = [...scores.values()].map(([score]) => score);
    this.unknownScore = Math.min(...all) - 10; // the penalty of SentencePiece
    this.longest = Math.max(...[...scores.keys()].map((piece) => Array.from(piece).length));
  }

  split(text) {
    if (!text) return [];
    return (this.byteIds.length ? text : text.replaceAll(WORD_START, " ")).split(" ");
  }

  encodeWord(word) {
    const [first, ...others] = word.split(WORD_START);
    const rest = others.flatMap((part) => [...this.fallback(WORD_START), ...this.part(part)]);
    return [...this.part(WORD_START + first), ...rest];
  }

  part(text) {
    const ids = [];
    let unknown = "";
    for (const piece of this.best(Array.from(text))) {
      if (this.scores.has(piece)) {
        ids.push(...this.fallback(unknown), this.scores.get(piece)[1]);
        unknown = "";
      } else unknown += piece;
    }
    return [...ids, ...this.fallback(unknown)];
  }

  fallback(unknown) {
    if (!unknown) return [];
    if (!this.byteIds.length) return [this.unknown];
    return Array.from(utf8.encode(unknown), (byte) => this.byteIds[byte]);
  }

  // The most probable pieces of a word, by the Viterbi algorithm.
  best(characters) {
    const n = characters.length;
    const total = [0, ...Array(n).fill(-Infinity)];
    const from = Array(n + 1).fill(0);
    for (let start = 0; start < n; start += 1) {
      let piece = "";
      for (let end = start + 1; end <= Math.min(n, start + this.longest); end += 1) {
        piece += characters[end - 1];
        const known = this.scores.get(piece)?.[0];
        const score = known ?? (end === start + 1 ? this.unknownScore : -Infinity);
        if (total[start] + score > total[end]) [total[end], from[end]] = [total[start] + score, start];
      }
    }
    const pieces = [];
    for (let end = n; end > 0; end = from[end]) pieces.unshift(characters.slice(from[end], end).join(""));
    return pieces;
  }

  spell(ids) {
    const bytes = ids.flatMap((id) => {
      const byte = this.byteIds.indexOf(id);
      return byte >= 0 ? [byte] : Array.from(utf8.encode(this.show(id)));
    });
    return readUtf8(bytes).replace(/^ /, "");
  }

  show = (id) => this.tokens[id].replaceAll(WORD_START, " ");
}
