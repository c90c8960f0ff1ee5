// ---- files: a tokenizer from what the package wrote

function publishedParts(content) {
  const { model, added_tokens: added = [] } = content;
  const vocab = Array.isArray(model.vocab)
    ? model.vocab.map(([token], id) => [token, id])
    : Object.entries(model.vocab);
  const ids = new Map(vocab);
  added.forEach(({ content: name, id }) => ids.set(name, id));
  const tokens = [];
  ids.forEach((id, token) => (tokens[id] = token));
  const specialIds = Object.fromEntries(added.map(({ content: name, id }) => [name, id]));
  const takesLeft = new Set(added.filter(({ lstrip }) => lstrip).map(({ content: name }) => name));
  return { tokens, specialIds, takesLeft, ids: new Map(vocab) };
}

function ownParts(names, tokens) {
  const specialIds = Object.fromEntries(names.map((name, id) => [name, id]));
  const ids = new Map(tokens.map((token, id) => [token, id]));
  return { tokens, specialIds, takesLeft: new Set(["<mask>"]), ids };
}

function byteBPE(parts, merges) {
  const made = new Map();
  const n = parts.tokens.length;
  merges.forEach(([left, right], rank) => {
    const key = parts.ids.get(left) * n + parts.ids.get(right);
    if (!made.has(key)) made.set(key, [rank, parts.ids.get(left + right)]);
  });
  const byteIds = BYTE_ALPHABET.map((character) => parts.ids.get(character));
  return new ByteBPE({ ...parts, made, byteIds, n });
}

const pairsOf = (merges) => merges.map((merge) => (Array.isArray(merge) ? merge : merge.split(" ")));

const OWN = {
  bpe: ({ level, special_tokens: names, merges }) => {
    if (level !== "byte") throw new Error(`level ${level} is not implemented, only byte`);
    const pairs = pairsOf(merges);
    const tokens = [...names, ...[...BYTE_ALPHABET].sort(), ...pairs.map((pair) => pair.join(""))];
    return byteBPE(ownParts(names, tokens), pairs);
  },
  wordpiece: ({ lowercase, special_tokens: names, pieces }) => {
    const parts = ownParts(names, [...names, ...pieces]);
    names.forEach((name) => parts.ids.delete(name));
    return new WordPieces({ ...parts, lowercase, unknown: names.indexOf("[UNK]") });
  },
};

const PUBLISHED = {
  BPE: (content) => byteBPE(publishedParts(content), pairsOf(content.model.merges)),
  WordPiece: (content) => {
    const parts = publishedParts(content);
    const unknown = parts.ids.get(content.model.unk_token);
    Object.keys(parts.specialIds).forEach((name) => parts.ids.delete(name));
    return new WordPieces({ ...parts, lowercase: content.normalizer?.lowercase ?? true, unknown });
  },
  Unigram: (content) => {
    const { model, normalizer } = content;
    if (normalizer?.type !== "Sequence") throw new Error("only Unigram of lmbook is implemented");
    const parts = publishedParts(content);
    const isByte = (token) => model.byte_fallback && /^<0x[0-9A-F]{2}>$/.test(token);
    const scores = new Map();
    const byteIds = [];
    model.vocab.forEach(([token, score], id) => {
      if (isByte(token)) byteIds.push(id);
      else if (!(token in parts.specialIds)) scores.set(token, [score, id]);
    });
    return new UnigramPieces({ ...parts, scores, byteIds, unknown: model.unk_id });
  },
};

// What "pairs" holds: token 256 + k joins the tokens pairs[2k] and pairs[2k + 1].
OWN.pairs = ({ pairs, split, nfc }) => {
  const tokens = [...BYTE_ALPHABET].sort();
  const made = new Map();
  const n = 256 + pairs.length / 2;
  for (let at = 0; at < pairs.length; at += 2) {
    const key = pairs[at] * n + pairs[at + 1];
    if (!made.has(key)) made.set(key, [at / 2, tokens.length]);
    tokens.push(tokens[pairs[at]] + tokens[pairs[at + 1]]);
  }
  const ids = new Map(tokens.slice(0, 256).map((token, id) => [token, id]));
  const byteIds = BYTE_ALPHABET.map((character) => ids.get(character));
  return new ByteBPE({ tokens, specialIds: {}, takesLeft: new Set(), made, byteIds, n, split, nfc });
};

// `content` is the parsed JSON of a tokenizer's file: the package's own form or tokenizer.json.
export function openTokenizer(content) {
  const open = content.kind ? OWN[content.kind] : PUBLISHED[content.model?.type];
  const kind = content.kind ?? content.model?.type;
  if (!open) throw new Error(`tokenizer of kind ${kind} is not implemented`);
  return open(content);
}
