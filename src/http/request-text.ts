import type { ChatEvent } from '../protocol/events.js';

/** What is kept of a prompt, and of each answer. */
const MOST_CHARACTERS = 8_192;

/** What a client and a model said to each other, for the log of whoever wants it there (`--log-prompts`). */
export class RequestText {
  #prompt = '';
  readonly #answers: string[] = [];

  /** Fields of a log line; `undefined` if nothing was said. */
  toFields(): { readonly prompt: string; readonly answers: readonly string[] } | undefined {
    return this.#prompt === '' && this.#answers.length === 0
      ? undefined
      : { prompt: this.#prompt, answers: Array.from(this.#answers, (answer = '') => answer) };
  }

  asked(prompt: string): void {
    this.#prompt = cut(prompt);
  }

  /** A part of an answer, of which a chat may have several. */
  answered(part: string, index = 0): void {
    const answer = this.#answers[index] ?? '';
    if (answer.length <= MOST_CHARACTERS) this.#answers[index] = cut(answer + part);
  }

  /** Passes on the events of a chat's choice, and keeps what they say. */
  async *overhear(choice: AsyncIterable<ChatEvent[]>, index: number): AsyncGenerator<ChatEvent[], void> {
    for await (const events of choice) {
      for (const event of events) this.answered(toText(event), index);
      yield events;
    }
  }
}

function toText(event: ChatEvent): string {
  if (event.type === 'end') return '';
  return event.type === 'tool-call' ? `${event.name}(${event.arguments})` : event.text;
}

/** With a mark of what is missing, which is longer than the limit: nothing is added to a text that was cut. */
function cut(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)} … (cut)` : text;
}
