// ---- n-grams: a back-off model, whose n-grams stand as a tree, level by level

// The n-grams that begin with n-gram `rank` stand from starts[rank] to starts[rank + 1].
function startsOf(children) {
  const starts = new Int32Array(children.length + 1);
  children.forEach((n, rank) => (starts[rank + 1] = starts[rank] + n));
  return starts;
}

export class NgramModel {
  constructor(config, tensors) {
    Object.assign(this, { config, limit: Infinity });
    this.levels = Array.from({ length: config.order }, (_, at) => {
      const [words, logProbs, children, logBackoffs] = ["words", "log_probs", "children", "log_backoffs"]
        .map((name) => tensors[`${at + 1}.${name}`]?.data);
      return { words, logProbs, logBackoffs, starts: children && startsOf(children) };
    });
  }

  start = () => ({ context: [] });

  fork = ({ context }) => ({ context: [...context] });

  // Log-probabilities, which are logits too.
  step(state, id, seen, wanted = true) {
    state.context = [...state.context, id].slice(1 - this.config.order);
    return wanted ? this.after(state.context) : null;
  }

  // log P(w | h) where "h w" is listed, else what h leaves plus log P(w | h shortened).
  after(context) {
    const found = this.levels[0].logProbs.slice(0, this.config.vocab_size);
    for (let n = 1; n <= context.length; n += 1) {
      const rank = this.rank(context.slice(-n));
      if (rank < 0) continue;
      const { starts, logBackoffs } = this.levels[n - 1];
      const { words, logProbs } = this.levels[n];
      for (let id = 0; id < found.length; id += 1) found[id] += logBackoffs[rank];
      for (let at = starts[rank]; at < starts[rank + 1]; at += 1) found[words[at]] = logProbs[at];
    }
    return found;
  }

  // The rank of an n-gram in its level, -1 if it is not listed.
  rank([first, ...rest]) {
    return rest.reduce((rank, word, at) => {
      if (rank < 0) return rank;
      const { starts } = this.levels[at];
      const { words } = this.levels[at + 1];
      for (let here = starts[rank]; here < starts[rank + 1]; here += 1) if (words[here] === word) return here;
      return -1;
    }, first);
  }
}
