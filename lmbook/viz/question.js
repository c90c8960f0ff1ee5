// One self-check question. The whole logic runs in the page: no kernel, no other host.

// "use `x` here" -> [{code: false, text: "use "}, {code: true, text: "x"}, ...]
export function inlineParts(text) {
  return text
    .split("`")
    .map((part, index) => ({ code: index % 2 === 1, text: part }))
    .filter((part) => part.text !== "");
}

// 32 bits of a text: FNV-1a over its UTF-16 units, then mixed so that every bit counts
// (the last lines are the finaliser of MurmurHash3).
export function hash(text) {
  let bits = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    bits = Math.imul(bits ^ text.charCodeAt(i), 0x01000193);
  }
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

// The order in which n options are shown: entry i is the place in the source of the i-th option.
// It depends on the question's text alone, so a reader who comes back finds the same order.
export function shownOrder(prompt, n, keepOrder = false) {
  const order = Array.from({ length: n }, (_, i) => i);
  if (keepOrder) return order;
  for (let i = n - 1; i > 0; i -= 1) {
    const j = hash(`${i} ${prompt}`) % (i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

export function verdict(option) {
  if (!option) return { state: "none", label: "Choose an option first." };
  return option.correct
    ? { state: "right", label: "✓ Right." }
    : { state: "wrong", label: "✗ Not right." };
}

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

// textContent only, so that a text is never read as HTML
function inline(text) {
  return inlineParts(text).map((part) =>
    part.code ? element("code", "lmb-q-code", part.text) : document.createTextNode(part.text),
  );
}

function optionRow(option, group) {
  const radio = element("input", "lmb-q-radio");
  radio.type = "radio";
  radio.name = group;
  const text = element("span", "lmb-q-text", ...inline(option.text));
  return { radio, row: element("label", "lmb-q-option", radio, text) };
}

function everyReason(options) {
  const items = options.map((option) =>
    element(
      "li",
      "",
      element("strong", "", ...inline(option.text)),
      ` — ${option.correct ? "right" : "not right"}: `,
      ...inline(option.reason),
    ),
  );
  const summary = element("summary", "lmb-q-summary", "The reason for every option");
  return element("details", "lmb-q-all", summary, element("ul", "lmb-q-reasons", ...items));
}

function render({ model, el }) {
  const given = model.get("options");
  const order = shownOrder(model.get("prompt"), given.length, model.get("keep_order"));
  const options = order.map((at) => given[at]);
  const group = `lmb-q-${Math.random().toString(36).slice(2)}`;
  const rows = options.map((option) => optionRow(option, group));
  const legend = element("legend", "lmb-q-prompt", ...inline(model.get("prompt")));
  const fieldset = element("fieldset", "lmb-q-fieldset", legend, ...rows.map(({ row }) => row));
  const button = element("button", "lmb-q-check", "Check");
  button.type = "button";
  const status = element("div", "lmb-q-status");
  status.setAttribute("role", "status");
  status.setAttribute("aria-live", "polite");
  const all = everyReason(options);
  all.hidden = true;

  const check = () => {
    const chosen = options[rows.findIndex(({ radio }) => radio.checked)];
    const { state, label } = verdict(chosen);
    status.dataset.state = state;
    const reason = chosen ? [" ", ...inline(chosen.reason)] : [];
    status.replaceChildren(element("strong", "lmb-q-label", label), ...reason);
    if (state === "right") all.hidden = false;
  };
  const clear = () => {
    status.replaceChildren();
    delete status.dataset.state;
  };
  button.addEventListener("click", check);
  for (const { radio } of rows) {
    radio.addEventListener("change", clear);
    radio.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      check();
    });
  }
  el.replaceChildren(element("div", "lmb-q", fieldset, button, status, all));
}

export default { render };
