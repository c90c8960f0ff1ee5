// ---- encoder–decoder: a Transformer that reads a source once and writes its target token by token

FAMILIES.transformer = (...parts) => new EncoderDecoder(...parts);

const NORM_EPS = 1e-5;

// Sine and cosine in turn, of position / 10000^(2i/width).
export function sinusoid(position, width) {
  const row = new Float32Array(width);
  for (let i = 0; i < width; i += 2) {
    const angle = position / 10000 ** (i / width);
    row[i] = Math.sin(angle);
    row[i + 1] = Math.cos(angle);
  }
  return row;
}

export class EncoderDecoder {
  constructor(config, tensors) {
    Object.assign(this, { config, limit: config.n_positions });
    this.embedding = tensors["embedding.weight"];
    this.bias = tensors.logits_bias;
    const blocksOf = (side) => Array.from({ length: config.n_layers }, (_, layer) =>
      tensorsUnder(tensors, `${side}.${layer}.`));
    this.encoder = blocksOf("encoder");
    this.decoder = blocksOf("decoder");
  }

  embed(id, at) {
    if (at >= this.limit) throw new Error(`more than ${this.limit} tokens`);
    const { d_model: width } = this.config;
    const row = rowOf(this.embedding, id).map((value) => Math.sqrt(width) * value);
    return addTo(row, sinusoid(at, width));
  }

  // Keys and values of the source for each layer of the decoder, and room for those of the target.
  start(ids) {
    const { d_model: width } = this.config;
    let xs = ids.map((id, at) => this.embed(id, at));
    for (const block of this.encoder) xs = this.read(xs, block);
    const layers = this.decoder.map((block) => ({
      source: keysValues(xs, block, "cross_attention", width),
      keys: new Float32Array(this.limit * width),
      values: new Float32Array(this.limit * width),
    }));
    return { length: 0, layers };
  }

  read(xs, block) {
    const from = keysValues(xs, block, "attention", this.config.d_model);
    return xs.map((x) => this.feed(this.gather(x, block, ["attention", "norm_1"], from), block, "norm_2"));
  }

  // Logits after `id`; `seen`, if given, gets for each layer the weights of each head on the source.
  step(state, id, seen) {
    const { d_model: width } = this.config;
    let x = this.embed(id, state.length);
    this.decoder.forEach((block, layer) => {
      const { source, keys, values } = state.layers[layer];
      keys.set(product(block, "attention.key", x), state.length * width);
      values.set(product(block, "attention.value", x), state.length * width);
      const own = { keys, values, n: state.length + 1 };
      const heads = [];
      seen?.push(heads);
      x = this.gather(x, block, ["attention", "norm_1"], own);
      x = this.gather(x, block, ["cross_attention", "norm_2"], source, heads);
      x = this.feed(x, block, "norm_3");
    });
    state.length += 1;
    return matvec(this.embedding, x, this.bias);
  }

  // Post-norm: what a layer adds is added first, and the sum is normalised.
  gather(x, block, [name, norm], { keys, values, n }, heads) {
    const { n_heads: nHeads, d_model: width } = this.config;
    const sizes = { n, dHead: width / nHeads, nHeads, nKv: nHeads };
    const context = attend(product(block, `${name}.query`, x), keys, values, sizes, heads);
    return normed(addTo(product(block, `${name}.output`, context), x), block, norm);
  }

  feed(x, block, norm) {
    const wide = product(block, "feedforward.up", x).map(ACTIVATIONS[this.config.activation]);
    return normed(addTo(product(block, "feedforward.down", wide), x), block, norm);
  }
}

const product = (block, name, x) => matvec(block[`${name}.weight`], x, block[`${name}.bias`]);

const normed = (x, block, name) =>
  layerNorm(x, block[`${name}.weight`], block[`${name}.bias`], NORM_EPS);

function keysValues(xs, block, name, width) {
  const [keys, values] = [new Float32Array(xs.length * width), new Float32Array(xs.length * width)];
  xs.forEach((x, at) => {
    keys.set(product(block, `${name}.key`, x), at * width);
    values.set(product(block, `${name}.value`, x), at * width);
  });
  return { keys, values, n: xs.length };
}

// Greedy search: ids of the target without its end; `weights[layer][token]` of the last, the end
// included, are means over the heads, and `probabilities` are those of the tokens.
export function translateIds({ model, config }, ids, longest) {
  const state = model.start([...ids, config.eos_id]);
  const found = { ids: [], probabilities: [], weights: model.decoder.map(() => []) };
  let token = config.start_id;
  while (state.length < Math.min(longest, model.limit)) {
    const seen = [];
    const probabilities = softmaxOf(model.step(state, token, seen));
    [token] = rankedIds(probabilities);
    found.probabilities.push(probabilities[token]);
    seen.forEach((heads, layer) => {
      const sums = heads.reduce((sum, head) => sum.map((value, at) => value + head[at]));
      found.weights[layer].push(Array.from(sums, (sum) => sum / heads.length));
    });
    if (token === config.eos_id) break;
    found.ids.push(token);
  }
  return found;
}
