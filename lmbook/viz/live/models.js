// ---- models: a model with its tokenizer from one file

const FAMILIES = {
  gpt: (...parts) => new CausalTransformer("gpt", ...parts),
  llama: (...parts) => new CausalTransformer("llama", ...parts),
  recurrent_lm: (...parts) => new RecurrentModel(...parts),
  ngram: (...parts) => new NgramModel(...parts),
  feedforward_lm: (...parts) => new FeedforwardModel(...parts),
  bert: (...parts) => new MaskedModel("bert", ...parts),
  roberta: (...parts) => new MaskedModel("roberta", ...parts),
};

// The bytes that lmbook.viz.live.bundles packs -> {family, config, model, tokenizer}
export function openModel(bytes) {
  const { metadata, tensors } = readTensors(bytes);
  const { family, config, tokenizer } = JSON.parse(metadata.lmbook);
  if (!FAMILIES[family]) throw new Error(`family ${family} is not implemented`);
  const model = FAMILIES[family](config, tensors);
  return { family, config, model, tokenizer: openTokenizer(tokenizer) };
}
