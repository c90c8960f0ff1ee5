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

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = `lmb-pk-${className}`;
  node.append(...children);
  return node;
}

class Explorer {
  constructor(model) {
    this.rows = packed(model.get("documents"), model.get("n_steps"), model.get("end"));
    this.at = 0;
    this.query = this.rows[0].length - 1;
    this.select = element("select", "input");
    this.rows.forEach((_, i) => this.select.append(new Option(`row ${i + 1}`, String(i))));
    this.select.addEventListener("change", () => this.choose(Number(this.select.value)));
    this.box = element("input", "box");
    Object.assign(this.box, { type: "checkbox", checked: true });
    this.box.addEventListener("change", () => this.show());
    this.slider = element("input", "slider");
    Object.assign(this.slider, { type: "range", min: 1, step: 1, ariaLabel: "Token that looks" });
    this.slider.addEventListener("input", () => this.go(Number(this.slider.value) - 1));
    this.line = element("ol", "row");
    this.line.setAttribute("aria-label", "Tokens of the row");
    this.status = element("p", "status");
    this.status.setAttribute("role", "status");
    this.status.setAttribute("aria-live", "polite");
  }

  view() {
    const row = element("label", "control", element("span", "label", "Row"), this.select);
    const mask = element("label", "control", this.box, " mask and positions of each document");
    const name = element("span", "label", "Token that looks");
    const token = element("label", "control", name, this.slider);
    const hint = element("p", "hint", "✓ can be seen, · cannot; D is the document's number.");
    const parts = [row, mask, token, this.line, hint, this.status];
    const section = element("section", "explorer", ...parts);
    section.setAttribute("aria-label", "Packing explorer: who sees whom in a packed row?");
    this.show();
    return section;
  }

  choose(at) {
    this.at = at;
    this.go(this.rows[at].length - 1);
  }

  go(query) {
    this.query = Math.min(Math.max(query, 0), this.rows[this.at].length - 1);
    this.show();
  }

  show() {
    const row = this.rows[this.at];
    const apart = this.box.checked;
    const looks = seen(row, this.query, apart);
    this.slider.max = row.length;
    this.slider.value = this.query + 1;
    const items = row.map(({ token, document, position }, i) => {
      const facts = `D${document + 1} @${apart ? position : i}`;
      const sign = element("span", "sign", looks[i] ? "✓" : "·");
      const item = element("li", "token", sign, token, element("span", "facts", facts));
      item.dataset.document = String(document % 4);
      item.toggleAttribute("data-seen", looks[i]);
      item.toggleAttribute("data-now", i === this.query);
      item.addEventListener("click", () => this.go(i));
      return item;
    });
    this.line.replaceChildren(...items);
    const sentence = describe(row, this.query, apart);
    this.status.textContent = sentence;
    this.slider.setAttribute("aria-valuetext", sentence);
  }
}

export default {
  render({ model, el }) {
    el.replaceChildren(new Explorer(model).view());
  },
};
