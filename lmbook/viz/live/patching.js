// Live patching: the clean run's stream, put into the corrupt run one depth and position at a time.

const MOST_TOKENS = 24; // with the one that starts the text
const OFFERED = 5; // tokens that each list offers

// A run -> its stream[depth][position], depth 0 before the first block, and the keys and values of
// each layer.
export function streamOf({ model }, ids) {
  const { layers } = model.start();
  const stream = Array.from({ length: layers.length + 1 }, () => []);
  ids.forEach((id, at) => {
    const x = rowOf(model.embedding, id);
    if (model.positions) addTo(x, rowOf(model.positions, at));
    stream[0].push(x.slice());
    model.blocks.forEach((block, layer) => {
      model.block(x, block, layers[layer], at);
      stream[layer + 1].push(x.slice());
    });
  });
  return { stream, layers };
}

// The last vector of the corrupt run with one vector of the clean run in it: only the blocks above
// the patch are computed again, from its position on.
export function patchedEnd({ model }, clean, corrupt, depth, at) {
  const { layers } = model.fork({ layers: corrupt.layers.slice(depth) });
  let x;
  corrupt.stream[depth].slice(at).forEach((own, i) => {
    x = (i ? own : clean.stream[depth][at]).slice();
    layers.forEach((cache, layer) => model.block(x, model.blocks[depth + layer], cache, at + i));
  });
  return x;
}

export const lastLogits = ({ model }, x) => matvec(model.output, model.norm(x, model.last, ""));

// What is measured: the logit of one token minus that of another, of the last vector of a run.
export const measured = (opened, x, [target, other]) => {
  const logits = lastLogits(opened, x);
  return logits[target] - logits[other];
};

export const endOf = ({ stream }) => stream[stream.length - 1][stream[0].length - 1];

// The share of the difference that one patch recovers.
export function shareOf(opened, [clean, corrupt], pair, depth, at) {
  const [before, now] = [clean, corrupt].map(({ stream }) => stream[depth][at]);
  if (before.every((value, i) => value === now[i])) return 0;
  const [whole, none] = [clean, corrupt].map((run) => measured(opened, endOf(run), pair));
  return (measured(opened, patchedEnd(opened, clean, corrupt, depth, at), pair) - none) / (whole - none);
}

export const mostProbable = (logits) =>
  Array.from(logits.keys()).sort((a, b) => logits[b] - logits[a] || a - b).slice(0, OFFERED);

// The most probable token of the clean run, and of the corrupt run the most probable other one.
export const pairOf = ([clean, corrupt]) => [clean[0], corrupt.find((id) => id !== clean[0])];

// Why two prompts are not patched; "" if they may be.
export function refusal([n, m]) {
  if (n !== m) return `The clean prompt has ${amount(n - 1, "token")}, the corrupt one ${m - 1}. Patching needs the same number, so that every position has a partner.`;
  return n > MOST_TOKENS ? `The prompts have ${n - 1} tokens; at most ${MOST_TOKENS - 1} are patched here.` : "";
}

const percent = (share) => minus(String(Math.round(100 * share) || 0));

class Explorer extends LiveExplorer {
  name = "Patching: which value carries the answer?";

  label = "Clean prompt";

  open = openModel;

  controls() {
    const change = () => this.update();
    this.corrupt = textField("Corrupt prompt, with as many tokens", this.example.corrupt, change);
    this.corrupt.input.maxLength = 2000;
    const names = ["Measured: the logit of", "minus the logit of"];
    this.picks = names.map((name) => choice(name, [], change));
    const lists = element("div", "controls", ...this.picks.map(({ node }) => node));
    return [this.corrupt.node, lists];
  }

  results() {
    this.cuts = ["Clean", "Corrupt"].map((name) => named(element("ol", "pieces"), `${name} prompt, token by token`));
    this.table = element("table", "table");
    const hint = "Each row is a position, with the clean token before the corrupt one where they differ. ␣ is a space, ↵ a line break.";
    return [...this.cuts, scroller("Shares recovered", this.table), element("p", "hint", hint)];
  }

  async compute(isLate) {
    const [opened] = this.models;
    const texts = [this.text.input.value, this.corrupt.input.value];
    const ids = texts.map((text) => [opened.config.start_id, ...opened.tokenizer.encode(text)]);
    const tokens = ids.map((row) => row.map((id) => opened.tokenizer.show(id)));
    const why = refusal(ids.map(({ length }) => length));
    if (why) return { tokens, said: why };
    const runs = ids.map((row) => streamOf(opened, row));
    const pair = this.chosen(opened, runs, JSON.stringify(texts));
    const [clean, corrupt] = runs.map((run) => measured(opened, endOf(run), pair));
    if (clean === corrupt) return { tokens, said: "The measure is the same in both runs, so there is nothing to recover." };
    const [target, other] = pair.map((id) => `“${visible(opened.tokenizer.show(id))}”`);
    const [high, low] = [clean, corrupt].map((value) => minus(value.toFixed(2)));
    const said = `Logit of ${target} minus logit of ${other}: ${high} in the clean run, ${low} in the corrupt run.`;
    const shares = runs[0].stream.map((row) => row.map(() => null));
    this.show({ tokens, shares });
    this.state.textContent = "Patching …";
    for (const [depth, row] of shares.entries()) {
      for (const at of row.keys()) {
        await pause();
        if (isLate()) return null;
        row[at] = shareOf(opened, runs, pair, depth, at);
        this.fill(depth, at, row[at]);
      }
    }
    return { tokens, shares, said };
  }

  // The two tokens that are measured; a new text brings new lists.
  chosen(opened, runs, texts) {
    if (texts !== this.listed) {
      this.listed = texts;
      const lists = runs.map((run) => mostProbable(lastLogits(opened, endOf(run))));
      const pair = pairOf(lists);
      this.picks.forEach(({ input }, side) => {
        const name = (id) => visible(opened.tokenizer.show(id));
        input.replaceChildren(...lists[side].map((id) => new Option(name(id), id)));
        input.value = pair[side];
      });
    }
    return this.picks.map(({ input }) => Number(input.value));
  }

  show({ tokens, shares }) {
    this.cuts.forEach((list, side) => {
      list.hidden = Boolean(shares);
      list.replaceChildren(...tokens[side].slice(1).map((token) => element("li", "piece", visible(token))));
    });
    this.table.hidden = !shares;
    if (!shares) return;
    this.cells = shares.map((row) => row.map(() => element("td", "share", "…")));
    const rows = tokens[0].map((token, at) => {
      const both = [...new Set([token, tokens[1][at]])].map(visible);
      return element("tr", "", th("row", "token", both.join(" / ")), ...this.cells.map((row) => row[at]));
    });
    const title = "Recovered share of the difference, in percent, by depth: 0 is before block 1, the others are after a block each";
    const head = columns("token", ...shares.map((_, depth) => String(depth)));
    this.table.replaceChildren(caption(title), head, element("tbody", "", ...rows));
    shares.forEach((row, depth) => row.forEach((share, at) => this.fill(depth, at, share)));
  }

  fill(depth, at, share) {
    if (share === null) return;
    const cell = this.cells[depth][at];
    cell.textContent = percent(share);
    cell.toggleAttribute("data-below", share < 0);
    cell.style.setProperty("--lmb-xx-a", `${Math.min(100, Math.round(100 * Math.abs(share)))}%`);
  }
}
