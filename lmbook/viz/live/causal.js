// ---- causal models: `start` makes a state, and `step` reads one token into it
// A state is changed by a step; `fork` copies it. `seen`, if given, collects what a step looked
// at: seen.attention[layer][head] are weights, seen.gates[layer] the gates and states of an LSTM.

const tensorsUnder = (tensors, prefix) =>
  Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );

// GPT (learned or rotary positions) and Llama: the same skeleton with other norms and layers.
export class CausalTransformer {
  constructor(family, config, tensors) {
    this.isLlama = family === "llama";
    this.config = config;
    this.embedding = tensors["embedding.weight"];
    this.positions = tensors["positions.weight"];
    this.output = tensors["output.weight"] ?? this.embedding;
    this.last = tensorsUnder(tensors, "norm.");
    this.blocks = Array.from({ length: config.n_layers }, (_, layer) =>
      tensorsUnder(tensors, `blocks.${layer}.`));
    this.nKv = config.n_kv_heads ?? config.n_heads;
    this.dHead = config.d_model / config.n_heads;
    this.limit = config.n_positions;
  }

  start() {
    const size = this.limit * this.nKv * this.dHead;
    const layers = this.blocks.map(() => ({
      keys: new Float32Array(size),
      values: new Float32Array(size),
    }));
    return { length: 0, layers };
  }

  fork({ length, layers }) {
    const copied = layers.map(({ keys, values }) => ({ keys: keys.slice(), values: values.slice() }));
    return { length, layers: copied };
  }

  // `wanted` false leaves out the logits, for tokens that are only read
  step(state, id, seen, wanted = true) {
    if (state.length >= this.limit) throw new Error(`more than ${this.limit} tokens`);
    let x = rowOf(this.embedding, id);
    if (this.positions) addTo(x, rowOf(this.positions, state.length));
    this.blocks.forEach((block, layer) => {
      x = this.block(x, block, state.layers[layer], state.length, seen);
    });
    state.length += 1;
    return wanted ? matvec(this.output, this.norm(x, this.last, "")) : null;
  }

  norm(x, tensors, prefix) {
    const weight = tensors[`${prefix}weight`];
    if (this.isLlama) return rmsNorm(x, weight, this.config.rms_norm_eps);
    return layerNorm(x, weight, tensors[`${prefix}bias`], this.config.layer_norm_eps);
  }

  block(x, block, cache, at, seen) {
    const apply = (name, input) => matvec(block[`${name}.weight`], input, block[`${name}.bias`]);
    const { dHead, nKv, config } = this;
    const normed = this.norm(x, block, "norm_1.");
    const query = apply("attention.query", normed);
    const key = apply("attention.key", normed);
    if (config.rotary_base) {
      rotateHeads(query, dHead, at, config.rotary_base);
      rotateHeads(key, dHead, at, config.rotary_base);
    }
    cache.keys.set(key, at * nKv * dHead);
    cache.values.set(apply("attention.value", normed), at * nKv * dHead);
    const heads = [];
    const sizes = { n: at + 1, dHead, nHeads: config.n_heads, nKv };
    addTo(x, apply("attention.output", attend(query, cache.keys, cache.values, sizes, heads)));
    seen?.attention.push(heads);
    const again = this.norm(x, block, "norm_2.");
    const up = apply("feedforward.up", again);
    const bend = ACTIVATIONS[this.isLlama ? "silu" : config.activation];
    const wide = this.isLlama
      ? apply("feedforward.gate", again).map((value, i) => bend(value) * up[i])
      : up.map(bend);
    return addTo(x, apply("feedforward.down", wide));
  }
}

// One step of a layer from W_ih x + b_ih, W_hh h + b_hh and the state; -> the new state.
const CELLS = {
  rnn: (fromX, fromH) => ({ h: addTo(fromX, fromH).map(Math.tanh) }),
  gru: (fromX, fromH, { h }) => {
    const n = h.length;
    const gate = (at) => sigmoidOf(fromX[at] + fromH[at]);
    const next = h.map((value, i) => {
      const candidate = Math.tanh(fromX[2 * n + i] + gate(i) * fromH[2 * n + i]);
      return candidate + gate(n + i) * (value - candidate);
    });
    return { h: next };
  },
  lstm: (fromX, fromH, { h, c }, gates) => {
    const n = h.length;
    const sums = addTo(fromX, fromH);
    const part = (at, bend) => sums.slice(at * n, (at + 1) * n).map(bend);
    const [input, forget] = [part(0, sigmoidOf), part(1, sigmoidOf)];
    const [candidate, output] = [part(2, Math.tanh), part(3, sigmoidOf)];
    const cell = c.map((value, i) => forget[i] * value + input[i] * candidate[i]);
    const next = { h: cell.map((value, i) => output[i] * Math.tanh(value)), c: cell };
    gates?.push({ input, forget, candidate, output, cell, hidden: next.h });
    return next;
  },
};

export class RecurrentModel {
  constructor(config, tensors) {
    Object.assign(this, { config, tensors, limit: Infinity });
    this.embedding = tensors["embedding.weight"];
    this.output = tensors["output.weight"] ?? this.embedding;
  }

  start() {
    const zeros = () => new Float32Array(this.config.d_hidden);
    return { layers: Array.from({ length: this.config.n_layers }, () => ({ h: zeros(), c: zeros() })) };
  }

  // a step makes new arrays, so the old ones may be shared
  fork = ({ layers }) => ({ layers: [...layers] });

  step(state, id, seen, wanted = true) {
    const { config, tensors } = this;
    let x = rowOf(this.embedding, id).map((value) => (config.input_scale ?? 1) * value);
    state.layers.forEach((layer, k) => {
      const product = (kind, input) => {
        const { [`recurrent.weight_${kind}_l${k}`]: weight, [`recurrent.bias_${kind}_l${k}`]: bias } = tensors;
        return matvec(weight, input, bias);
      };
      const step = CELLS[config.cell](product("ih", x), product("hh", layer.h), layer, seen?.gates);
      state.layers[k] = step;
      x = step.h;
    });
    return wanted ? matvec(this.output, x, tensors["output.bias"]) : null;
  }
}

export class FeedforwardModel {
  constructor(config, tensors) {
    Object.assign(this, { config, tensors, limit: Infinity });
    this.embedding = tensors["embedding.weight"];
    this.output = tensors["output.weight"] ?? this.embedding;
  }

  start() {
    return { window: Array(this.config.n_context).fill(this.config.start_id) };
  }

  fork = ({ window }) => ({ window: [...window] });

  step(state, id, seen, wanted = true) {
    const { config, tensors } = this;
    state.window = [...state.window.slice(1), id];
    if (!wanted) return null;
    const features = new Float32Array(config.n_context * config.d_model);
    state.window.forEach((token, at) => {
      const row = rowOf(this.embedding, token).map((value) => (config.input_scale ?? 1) * value);
      features.set(row, at * config.d_model);
    });
    const hidden = matvec(tensors["hidden.weight"], features, tensors["hidden.bias"]);
    return matvec(this.output, hidden.map(Math.tanh), tensors["output.bias"]);
  }
}
