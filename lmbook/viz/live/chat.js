// Live chat: one question, one answer, in the template that the model was taught.

const LONGEST = 48; // tokens of an answer

// The ids of lmbook.tasks.chat_template.BOOK: what was typed is text, also if it spells an end.
export function promptIds({ tokenizer, config }, asked) {
  const [reader, book] = ["Reader:\n", "Book:\n"].map((heading) => tokenizer.encode(heading));
  return [...reader, ...tokenizer.encode(asked), config.start_id, ...book];
}

// Ids of the answer, the likeliest at temperature 0; `each` gets those so far and may ask to stop
// by returning false.
export async function answerIds(opened, asked, { temperature, next }, each) {
  const ids = promptIds(opened, asked);
  const room = opened.model.limit - LONGEST - 1;
  if (ids.length > room) throw new Error(`${ids.length} tokens, there is room for ${room}`);
  const settings = temperature === 0 ? { topK: 1 } : { temperature };
  // the end of a turn is the token that starts the next
  return generate(opened, ids, settings, { n: LONGEST, next, endId: opened.config.start_id }, each);
}

class Explorer extends LiveExplorer {
  name = "Chat: what does the book's own model answer?";

  label = "What you say";

  open = openModel;

  controls() {
    this.temperature = slider("Temperature", { max: 1.5, step: 0.1, value: 0 }, () => {},
      (value) => (value === 0 ? "0: the likeliest" : value.toFixed(1)));
    this.seed = slider("Seed", { max: 99, value: 1 }, () => {}, String);
    this.say = button("Say it", () => (this.isWriting ? (this.stopped = true) : this.answer()));
    const sliders = element("div", "controls", this.temperature.node, this.seed.node);
    return [sliders, element("div", "buttons", this.say)];
  }

  results() {
    this.talk = named(element("dl", "talk"), "The conversation");
    const hint = "It has a million weights, invents facts, and answers each question for itself.";
    return [this.talk, element("p", "hint", hint)];
  }

  // Typing computes nothing: an answer is asked for.
  async update() {
    if (!this.isWriting) this.state.textContent = "What you type stays in this page.";
  }

  add(asked, answer) {
    const said = element("dd", "said", answer);
    this.talk.append(element("dt", "asked", asked), said);
    return said;
  }

  async answer() {
    const [opened] = this.models;
    const asked = this.text.input.value.trim();
    if (asked === "") return;
    Object.assign(this, { isWriting: true, stopped: false });
    this.say.textContent = "Stop";
    const settings = {
      temperature: Number(this.temperature.input.value),
      next: seededNumbers(Number(this.seed.input.value)),
    };
    const said = this.add(asked, "…");
    try {
      const ids = await answerIds(opened, asked, settings, async (written) => {
        said.textContent = opened.tokenizer.decode(written);
        await pause();
        return !this.stopped;
      });
      said.textContent = opened.tokenizer.decode(ids);
      this.state.textContent = `Answered in ${amount(ids.length, "token")}.`;
    } catch (error) {
      said.remove();
      this.state.textContent = `This cannot be answered: ${error.message}.`;
    }
    this.isWriting = false;
    this.say.textContent = "Say it";
  }

  show({ text, answer }) {
    this.talk.replaceChildren();
    this.add(text, answer);
  }
}
