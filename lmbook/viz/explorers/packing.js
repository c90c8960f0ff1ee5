// Packing explorer: who sees whom in a row that holds several documents.

// -> rows of {token, target, document, position}; numbers and positions count within the row
export function packed(documents, nSteps, end) {
  const line = documents.flatMap((tokens, which) =>
    [end, ...tokens].map((token, at) => ({ token, which, at })),
  );
  const rows = [];
  for (let begin = 0; begin < line.length; begin += nSteps) {
    const part = line.slice(begin, begin + nSteps);
    rows.push(
      part.map(({ token, which, at }, i) => ({
        token,
        target: line[begin + i + 1]?.token ?? end,
        document: which - part[0].which,
        position: which === part[0].which ? i : at,
      })),
    );
  }
  return rows;
}

// -> for each token of the row, whether the one at `query` may look at it
export function seen(row, query, apart) {
  return row.map(
    ({ document }, i) => i <= query && (!apart || document === row[query].document),
  );
}

export function describe(row, query, apart) {
  const { token, target, document, position } = row[query];
  const looks = seen(row, query, apart);
  const count = looks.filter(Boolean).length;
  const strangers = row.filter((other, i) => looks[i] && other.document !== document).length;
  const place = apart ? position : query;
  return (
    `“${token}” of document ${document + 1} stands at position ${place}, sees ${count} ` +
    `token${count === 1 ? "" : "s"}, ${strangers} of other documents, and predicts “${target}”.`
  );
}

class Explorer {
  constructor(model) {
    this.rows = packed(model.get("documents"), model.get("n_steps"), model.get("end"));
    this.at = 0;
    this.query = this.rows[0].length - 1;
    const names = this.rows.map((_, i) => `row ${i + 1}`);
    this.row = choice("Row", names, (at) => this.choose(at));
    const text = "mask and positions of each document";
    this.apart = checkbox(text, { checked: true }, () => this.show());
    this.slider = slider("Token that looks", { min: 1 }, (n) => this.go(n - 1));
    this.line = named(element("ol", "tokens"), "Tokens of the row");
    this.status = live();
  }

  view() {
    const controls = [this.row, this.apart, this.slider].map(({ node }) => node);
    const hint = element("p", "hint", "✓ can be seen, · cannot; D is the document's number.");
    const parts = [...controls, this.line, hint, this.status];
    this.show();
    return section("Packing explorer: who sees whom in a packed row?", ...parts);
  }

  choose(at) {
    this.at = at;
    this.go(this.rows[at].length - 1);
  }

  go(query) {
    this.query = clamp(query, this.rows[this.at].length);
    this.show();
  }

  show() {
    const row = this.rows[this.at];
    const apart = this.apart.input.checked;
    const looks = seen(row, this.query, apart);
    this.slider.input.max = row.length;
    this.slider.input.value = this.query + 1;
    const items = row.map(({ token, document, position }, i) => {
      const fact = `D${document + 1} @${apart ? position : i}`;
      const state = { seen: looks[i], now: i === this.query };
      const item = tokenChip(token, fact, state, () => this.go(i));
      item.dataset.document = String(document % 4);
      return item;
    });
    this.line.replaceChildren(...items);
    const sentence = describe(row, this.query, apart);
    this.status.textContent = sentence;
    this.slider.input.setAttribute("aria-valuetext", sentence);
  }
}
