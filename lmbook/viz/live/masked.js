// ---- masked models: BERT and RoBERTa, which read a whole text at once, and their head

export class MaskedModel {
  constructor(family, config, tensors) {
    Object.assign(this, { config, tensors, limit: config.n_positions });
    this.encoder = tensorsUnder(tensors, "encoder.");
    // RoBERTa counts positions from pad_id + 1
    this.firstPosition = family === "roberta" ? config.pad_id + 1 : 0;
    this.blocks = Array.from({ length: config.n_layers }, (_, layer) =>
      tensorsUnder(this.encoder, `blocks.${layer}.`));
  }

  // -> a vector a position; `seen.attention[layer][position][head]` gets the weights
  hidden(ids, seen) {
    if (ids.length > this.limit) throw new Error(`more than ${this.limit} tokens`);
    const { encoder } = this;
    let xs = ids.map((id, at) => {
      const x = rowOf(encoder["embedding.weight"], id);
      addTo(x, rowOf(encoder["types.weight"], 0));
      addTo(x, rowOf(encoder["positions.weight"], this.firstPosition + at));
      return this.norm(x, encoder, "norm.");
    });
    for (const block of this.blocks) xs = this.block(xs, block, seen);
    return xs;
  }

  // Logits of the token at one position.
  logits(hidden) {
    const { tensors, encoder, config } = this;
    const turned = matvec(tensors["transform.weight"], hidden, tensors["transform.bias"]);
    const normed = this.norm(turned.map(ACTIVATIONS[config.activation]), tensors, "norm.");
    return matvec(encoder["embedding.weight"], normed, tensors.bias);
  }

  norm(x, tensors, prefix) {
    const { [`${prefix}weight`]: weight, [`${prefix}bias`]: bias } = tensors;
    return layerNorm(x, weight, bias, this.config.layer_norm_eps);
  }

  // Post-norm: what a layer adds is added first, and the sum is normalised.
  block(xs, block, seen) {
    const apply = (name, input) => matvec(block[`${name}.weight`], input, block[`${name}.bias`]);
    const { n_heads: nHeads, d_model: width, activation } = this.config;
    const sizes = { n: xs.length, dHead: width / nHeads, nHeads, nKv: nHeads };
    const [keys, values] = [new Float32Array(xs.length * width), new Float32Array(xs.length * width)];
    xs.forEach((x, at) => {
      keys.set(apply("attention.key", x), at * width);
      values.set(apply("attention.value", x), at * width);
    });
    const rows = [];
    seen?.attention.push(rows);
    return xs.map((x) => {
      const heads = [];
      rows.push(heads);
      const context = attend(apply("attention.query", x), keys, values, sizes, heads);
      const first = this.norm(addTo(apply("attention.output", context), x), block, "norm_1.");
      const wide = apply("feedforward.up", first).map(ACTIVATIONS[activation]);
      return this.norm(addTo(apply("feedforward.down", wide), first), block, "norm_2.");
    });
  }
}
