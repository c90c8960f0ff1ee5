// Shannon's guessing game: the reader guesses a text letter by letter, all in the page itself.

const SPACE = "␣"; // how the space is shown
const BOUNDS_FROM = 20; // fewer symbols say too little about a distribution over ranks
const CURVE_ROWS = 6;

// One finished symbol: at which guess it was found. -> counts[i - 1] of rank i
export function countRanks(ranks, nSymbols) {
  const counts = new Array(nSymbols).fill(0);
  for (const rank of ranks) counts[rank - 1] += 1;
  return counts;
}

// Shannon (1951): sum of i (q_i - q_{i+1}) log2 i  <=  entropy  <=  - sum of q_i log2 q_i.
// The lower one needs q that never rises, so the shares are sorted first.
export function bounds(ranks, nSymbols) {
  const shares = countRanks(ranks, nSymbols).map((count) => count / ranks.length);
  shares.sort((a, b) => b - a);
  let lower = 0;
  let upper = 0;
  shares.forEach((share, at) => {
    const next = at + 1 < shares.length ? shares[at + 1] : 0;
    lower += (at + 1) * (share - next) * Math.log2(at + 1);
    if (share > 0) upper -= share * Math.log2(share);
  });
  return { lower, upper };
}

export function mean(values) {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

// The rank if the reader gives up: the symbols not tried yet, the most frequent first.
export function rankAfterGivingUp(tried, truth, alphabet) {
  const rest = [...alphabet].filter((symbol) => !tried.includes(symbol));
  return tried.length + rest.indexOf(truth) + 1;
}

// A game is a value: {at, tried, ranks}. -> {game, outcome}
// outcome: "right", "wrong", "again" (tried before) or "outside" (not in the alphabet)
export function guess(game, symbol, text, alphabet) {
  if (!alphabet.includes(symbol)) return { game, outcome: "outside" };
  if (game.tried.includes(symbol)) return { game, outcome: "again" };
  const tried = [...game.tried, symbol];
  if (symbol !== text[game.at]) return { game: { ...game, tried }, outcome: "wrong" };
  const ranks = [...game.ranks, tried.length];
  return { game: { at: game.at + 1, tried: [], ranks }, outcome: "right" };
}

export function giveUp(game, text, alphabet) {
  const rank = rankAfterGivingUp(game.tried, text[game.at], alphabet);
  return { at: game.at + 1, tried: [], ranks: [...game.ranks, rank] };
}

export function newGame(passage) {
  return { at: passage.n_given, tried: [], ranks: [] };
}

export function symbolName(symbol) {
  return symbol === " " ? "space" : symbol;
}

const bits = (value) => value.toFixed(2);

class Explorer {
  constructor(model) {
    this.passages = model.get("passages");
    this.alphabet = model.get("alphabet");
    this.name = model.get("model_name");
    const titles = this.passages.map(({ title }) => title);
    this.chooser = choice("Passage", titles, () => this.reset());
    this.before = element("span");
    this.current = element("span", "current", "?");
    this.after = element("span", "after");
    this.text = element("p", "text", this.before, this.current, this.after);
    this.text.setAttribute("role", "group");
    this.guess = textField("Type your guess: a letter, or the space bar", "", () => this.onInput());
    this.guess.input.maxLength = 2;
    this.status = live("status plain");
    this.tried = element("p", "hint");
    this.reveal = button("Reveal this letter", () => this.onReveal());
    this.restart = button("Start again", () => this.reset());
    this.scores = ["You", this.name].map(() => [0, 1, 2].map(() => element("td", "", "–")));
    this.note = element("p", "hint");
    this.histogram = named(element("ol"), "Number of symbols that you found at each guess");
  }

  view() {
    const buttons = element("div", "buttons", this.reveal, this.restart);
    const title = caption("Bits per character, on the symbols guessed so far");
    const head = columns("", "lower bound", "bits", "upper bound");
    const rows = ["You", this.name].map((name, at) =>
      element("tr", "", th("row", "", name), ...this.scores[at]));
    const table = element("table", "table", title, head, element("tbody", "", ...rows));
    const heading = element("p", "label", "Your guesses");
    const play = [this.chooser.node, this.text, this.guess.node, this.status, this.tried, buttons];
    this.reset();
    const name = "Shannon's guessing game: which letter comes next?";
    return section(name, ...play, table, this.note, heading, this.histogram);
  }

  onInput() {
    const typed = [...this.guess.input.value.toLowerCase()];
    this.guess.input.value = "";
    if (typed.length > 0) this.onGuess(typed[typed.length - 1]);
  }

  reset() {
    this.passage = this.passages[this.chooser.input.selectedIndex];
    this.game = newGame(this.passage);
    this.update(`The text begins: “${this.passage.text.slice(0, this.passage.n_given).trim()}”.`);
    this.status.dataset.state = "start";
  }

  finished() {
    return this.game.at >= this.passage.text.length;
  }

  onGuess(symbol) {
    if (this.finished()) return;
    const { text } = this.passage;
    const before = this.game;
    const { game, outcome } = guess(before, symbol, text, this.alphabet);
    this.game = game;
    this.update(this.describe(outcome, symbol, before));
    this.status.dataset.state = outcome;
  }

  onReveal() {
    if (this.finished()) return;
    const truth = this.passage.text[this.game.at];
    this.game = giveUp(this.game, this.passage.text, this.alphabet);
    const rank = this.game.ranks[this.game.ranks.length - 1];
    this.update(`It was ${symbolName(truth)}. This counts as guess ${rank}.`);
    this.status.dataset.state = "wrong";
    this.guess.input.focus();
  }

  describe(outcome, symbol, before) {
    const name = symbolName(symbol);
    if (outcome === "outside") return `${name} is not in the game: only letters and the space.`;
    if (outcome === "again") return `You tried ${name} already. It is not counted again.`;
    if (outcome === "wrong") return `Not ${name}. ${amount(this.game.tried.length, "guess", "guesses")} so far.`;
    const total = this.passage.text.length - this.passage.n_given;
    // the count also makes two equal answers in a row differ, so that both are read out
    const found = `${this.game.ranks.length} of ${total} found`;
    return `Right: ${name}, at guess ${before.tried.length + 1}. ${found}.`;
  }

  update(message) {
    const { text } = this.passage;
    const done = this.finished();
    this.before.textContent = text.slice(0, this.game.at);
    this.current.textContent = done ? "" : "?";
    this.after.textContent = "·".repeat(Math.max(0, text.length - this.game.at - 1));
    const left = text.length - this.game.at;
    this.text.setAttribute("aria-label", `Known so far: ${text.slice(0, this.game.at)}. ${left} hidden.`);
    const tried = this.game.tried.map((symbol) => (symbol === " " ? SPACE : symbol));
    this.tried.textContent = tried.length > 0 ? `Not: ${tried.join(" ")}` : "";
    this.reveal.disabled = this.guess.input.disabled = done;
    this.status.textContent = done ? `${message} The passage is complete.` : message;
    this.showScores();
    if (done) this.restart.focus();
  }

  showScores() {
    const n = this.game.ranks.length;
    const modelRanks = this.passage.ranks.slice(0, n);
    [this.game.ranks, modelRanks].forEach((ranks, at) => {
      const [low, middle, high] = this.scores[at];
      const found = n > 0 ? bounds(ranks, this.alphabet.length) : null;
      low.textContent = found ? bits(found.lower) : "–";
      high.textContent = found ? bits(found.upper) : "–";
      const known = found && at === 1;
      middle.textContent = known ? bits(mean(this.passage.bits.slice(0, n))) : "–";
    });
    this.showHistogram(n);
    this.note.textContent = this.remark(n);
  }

  remark(n) {
    const total = this.game.ranks.reduce((a, b) => a + b, 0) + this.game.tried.length;
    const so = `${amount(n, "symbol")} found with ${amount(total, "guess", "guesses")}.`;
    if (n >= BOUNDS_FROM) return so;
    return `${so} The bounds mean little before some ${BOUNDS_FROM} symbols.`;
  }

  showHistogram(n) {
    const counts = countRanks(this.game.ranks, this.alphabet.length);
    const shown = counts.slice(0, CURVE_ROWS - 1);
    shown.push(n - shown.reduce((a, b) => a + b, 0));
    const bars = shown.map((count, at) => {
      const name = at === CURVE_ROWS - 1 ? `guess ${at + 1} or later` : `guess ${at + 1}`;
      return bar(name, n > 0 ? count / n : 0, String(count));
    });
    this.histogram.replaceChildren(...bars);
  }
}
