// ---- sampling: what stands between a model's logits and the draw

const SUM_ROUNDING = 1e-6; // of a sum of probabilities

// Numbers uniform on [0, 1) that a seed decides (mulberry32).
export function seededNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

// Log-probabilities in nats.
export function logSoftmax(logits) {
  const greatest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - greatest), 0);
  return Float64Array.from(logits, (logit) => logit - greatest - Math.log(total));
}

// Ids, the likeliest first; of equal ones the smaller first.
export const rankedIds = (scores) =>
  Array.from(scores, (_, id) => id).sort((a, b) => scores[b] - scores[a] || a - b);

// Temperature, then top-k, top-p and min-p, as lmbook.decoding.filters in this order; -> the
// probabilities to draw from. top-k keeps those equal to the least of the k.
export function filtered(logits, { temperature = 1, topK = Infinity, topP = 1, minP = 0 }) {
  const probabilities = softmaxOf(logits.map((logit) => logit / temperature));
  const order = rankedIds(probabilities);
  let n = Math.min(topK, order.length);
  while (n < order.length && probabilities[order[n]] === probabilities[order[n - 1]]) n += 1;
  const total = order.slice(0, n).reduce((sum, id) => sum + probabilities[id], 0);
  let mass = 0;
  let inNucleus = 0;
  while (inNucleus < n && (inNucleus === 0 || topP >= 1 || mass < topP * total - SUM_ROUNDING)) {
    mass += probabilities[order[inNucleus]];
    inNucleus += 1;
  }
  n = inNucleus;
  const least = minP * (1 - SUM_ROUNDING) * probabilities[order[0]];
  while (n > 1 && probabilities[order[n - 1]] < least) n -= 1;
  const left = order.slice(0, n).reduce((sum, id) => sum + probabilities[id], 0);
  const kept = new Float64Array(probabilities.length);
  order.slice(0, n).forEach((id) => (kept[id] = probabilities[id] / left));
  return kept;
}

// The id in whose share u, uniform on [0, 1), falls.
export function drawnId(probabilities, u) {
  let below = 0;
  let last = 0;
  for (let id = 0; id < probabilities.length; id += 1) {
    if (probabilities[id] === 0) continue;
    below += probabilities[id];
    last = id;
    if (u < below) return id;
  }
  return last;
}

// The state after `ids`, and the logits of what comes next; the start token comes first.
export function readAll({ model, config }, ids, seen) {
  const state = model.start();
  const all = [config.start_id, ...ids];
  let logits = null;
  all.forEach((id, at) => (logits = model.step(state, id, seen, at === all.length - 1)));
  return { state, logits };
}

// Draws tokens until `n` are written, the text ends or the model is full; `each` gets the ids so
// far and may ask to stop by returning false.
export async function generate(opened, ids, settings, { n, next, endId }, each) {
  const { state, logits: first } = readAll(opened, ids);
  const written = [];
  let logits = first;
  while (written.length < n) {
    const id = drawnId(filtered(logits, settings), next());
    if (id === endId) return written;
    written.push(id);
    if ((await each(written)) === false || written.length === n) return written;
    if (ids.length + written.length >= opened.model.limit) return written;
    logits = opened.model.step(state, id);
  }
  return written;
}

// Log-probability (nats) of each of `ids` after those before it.
export function scoreIds({ model, config }, ids) {
  const state = model.start();
  let logits = ids.length ? model.step(state, config.start_id) : null;
  return ids.map((id, at) => {
    const score = logSoftmax(logits)[id];
    if (at + 1 < ids.length) logits = model.step(state, id);
    return score;
  });
}
