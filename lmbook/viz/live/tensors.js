// ---- tensors: a safetensors file read into 32-bit floats, and the arithmetic of a model

// 16-bit floats are decoded by a table of all of them, made at the first use.
let halves;

function halfTable() {
  halves = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits += 1) {
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    let value = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
    if (exponent === 31) value = fraction ? NaN : Infinity;
    halves[bits] = bits & 0x8000 ? -value : value;
  }
  return halves;
}

const READERS = {
  F32: (buffer) => new Float32Array(buffer),
  F16: (buffer) => {
    const table = halves ?? halfTable();
    const bits = new Uint16Array(buffer);
    const floats = new Float32Array(bits.length);
    for (let i = 0; i < bits.length; i += 1) floats[i] = table[bits[i]];
    return floats;
  },
  I16: (buffer) => new Int16Array(buffer),
  I8: (buffer) => new Float32Array(new Int8Array(buffer)),
};

// -> {metadata, tensors: name -> {shape, data}}. A matrix of 8-bit integers has a scale a row,
// which stands beside it under its name with ".scale".
export function readTensors(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(entries)) {
    if (!READERS[dtype]) throw new Error(`tensor ${name} has the unknown type ${dtype}`);
    // a copy, since a typed array must begin at a multiple of its item's size
    const copy = Uint8Array.from(bytes.subarray(start + from, start + to));
    tensors[name] = { shape, data: READERS[dtype](copy.buffer) };
  }
  for (const name of Object.keys(tensors).filter((key) => key.endsWith(".scale"))) {
    const { shape, data } = tensors[name.slice(0, -6)];
    tensors[name].data.forEach((scale, row) => {
      for (let i = row * shape[1]; i < (row + 1) * shape[1]; i += 1) data[i] *= scale;
    });
    delete tensors[name];
  }
  return { metadata, tensors };
}

// y = W x + b, four rows at a time: each entry of x is read once for all of them.
export function matvec({ shape: [nRows, n], data }, x, bias) {
  const y = new Float32Array(nRows);
  let row = 0;
  for (; row + 4 <= nRows; row += 4) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let at = row * n;
    for (let i = 0; i < n; i += 1, at += 1) {
      const value = x[i];
      a += data[at] * value;
      b += data[at + n] * value;
      c += data[at + 2 * n] * value;
      d += data[at + 3 * n] * value;
    }
    y[row] = a;
    y[row + 1] = b;
    y[row + 2] = c;
    y[row + 3] = d;
  }
  for (; row < nRows; row += 1) {
    for (let i = 0; i < n; i += 1) y[row] += data[row * n + i] * x[i];
  }
  return bias ? addTo(y, bias.data) : y;
}

export function rowOf({ shape: [nRows, n], data }, row) {
  if (!(row >= 0 && row < nRows)) throw new Error(`row ${row} is not in 0 … ${nRows - 1}`);
  return data.slice(row * n, (row + 1) * n);
}

export function addTo(x, other) {
  for (let i = 0; i < x.length; i += 1) x[i] += other[i];
  return x;
}

export function layerNorm(x, weight, bias, eps) {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  const factor = 1 / Math.sqrt(variance + eps);
  return x.map((value, i) => (value - mean) * factor * weight.data[i] + bias.data[i]);
}

export function rmsNorm(x, weight, eps) {
  const factor = 1 / Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length + eps);
  return x.map((value, i) => value * factor * weight.data[i]);
}

// Turns the pairs (x0, x_half), (x1, x_half+1), … of every head by the angles of a position.
export function rotateHeads(x, dHead, position, base) {
  const half = dHead / 2;
  for (let start = 0; start < x.length; start += dHead) {
    for (let i = 0; i < half; i += 1) {
      const angle = position / base ** (i / half);
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const [a, b] = [x[start + i], x[start + half + i]];
      x[start + i] = a * cos - b * sin;
      x[start + half + i] = a * sin + b * cos;
    }
  }
  return x;
}

const sigmoidOf = (x) => 1 / (1 + Math.exp(-x));

// Source: Abramowitz and Stegun (1964), formula 7.1.26; wrong by less than 2e-7.
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const tail = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592]
    .reduce((sum, c) => (sum + c) * t, 0) * Math.exp(-x * x);
  return x < 0 ? tail - 1 : 1 - tail;
}

export const ACTIVATIONS = {
  gelu: (x) => x * 0.5 * (1 + erf(x * Math.SQRT1_2)),
  gelu_tanh: (x) => x * 0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  relu: (x) => Math.max(x, 0),
  silu: (x) => x * sigmoidOf(x),
};

export function softmaxOf(scores) {
  const greatest = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = Float64Array.from(scores, (score) => Math.exp(score - greatest));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}

// What a query gathers from the first `n` keys and values, which lie one after another with
// nKv heads each. `seen` gets the weights of each head.
export function attend(query, keys, values, { n, dHead, nHeads, nKv }, seen) {
  const context = new Float32Array(query.length);
  const width = nKv * dHead;
  for (let head = 0; head < nHeads; head += 1) {
    const from = head * dHead;
    const shared = Math.floor((head * nKv) / nHeads) * dHead;
    const scores = new Float64Array(n);
    for (let t = 0; t < n; t += 1) {
      const at = t * width + shared;
      let sum = 0;
      for (let i = 0; i < dHead; i += 1) sum += query[from + i] * keys[at + i];
      scores[t] = sum / Math.sqrt(dHead);
    }
    const weights = softmaxOf(scores);
    seen?.push(weights);
    for (let t = 0; t < n; t += 1) {
      const at = t * width + shared;
      for (let i = 0; i < dHead; i += 1) context[from + i] += weights[t] * values[at + i];
    }
  }
  return context;
}
