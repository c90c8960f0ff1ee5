// Template explorer: the pieces of a conversation, and who may end a turn.

// -> pieces {text, kind} of the row; kind is "frame", "end", "typed" or "learnt"
export function pieces(template, asked, answer, careful) {
  const { user, assistant, end, separator } = template;
  const frame = (text) => (text === "" ? [] : [{ text, kind: "frame" }]);
  const stop = (kind) => [{ text: end, kind }, ...frame(separator)];
  return [
    ...frame(user),
    ...(careful ? [{ text: asked, kind: "typed" }] : forged(template, asked)),
    ...stop("end"),
    ...frame(assistant),
    { text: answer, kind: "learnt" },
    ...stop("learnt"),
  ];
}

// What the user typed, read as a part of the template's text: its end is an end.
export function forged({ end }, asked) {
  const parts = asked.split(end);
  return parts.flatMap((text, at) => [
    ...(at > 0 ? [{ text: end, kind: "end" }] : []),
    ...(text === "" ? [] : [{ text, kind: "typed" }]),
  ]);
}

export function describe(row) {
  const ends = row.filter(({ kind }) => kind === "end").length;
  const turns = ends === 1 ? "one turn" : `${ends} turns`;
  const learnt = row.filter(({ kind }) => kind === "learnt").map(({ text }) => text);
  return `The user has ${turns}. Targets of the loss: “${visible(learnt.join(""))}”.`;
}

class Explorer {
  constructor(model) {
    this.templates = model.get("templates");
    this.template = choice("Template", this.templates.map(({ name }) => name), () => this.show());
    const asked = model.get("asked").replaceAll("\n", "↵"); // a field has one line
    this.asked = textField("The user types (↵ is a line break)", asked, () => this.show());
    this.answer = textField("The assistant answers", model.get("answer"), () => this.show());
    const text = "encode what the user typed apart from the template";
    this.careful = checkbox(text, { checked: true }, () => this.show());
    this.asked.input.maxLength = 200;
    this.answer.input.maxLength = 200;
    this.row = named(element("p", "row"), "The row that the model reads");
    this.status = live();
  }

  view() {
    const controls = [this.template, this.asked, this.answer, this.careful];
    const legend = keys(["frame", "template"], ["end", "end of a turn"], ["typed", "typed"],
      ["learnt", "learnt"]);
    this.show();
    return section("Template explorer: what does the model read, and what does it learn?",
      ...controls.map(({ node }) => node), this.row, legend, this.status);
  }

  show() {
    const template = this.templates[this.template.input.selectedIndex];
    const value = this.asked.input.value.replaceAll("↵", "\n");
    const row = pieces(template, value, this.answer.input.value, this.careful.input.checked);
    const spans = row.map(({ text, kind }) => element("span", `piece ${kind}`, visible(text)));
    this.row.replaceChildren(...spans);
    this.status.textContent = describe(row);
  }
}
