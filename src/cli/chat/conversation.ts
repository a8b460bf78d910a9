import type { ClientOptions } from '../gateway-client.js';
import { type Answer, takeAnswer } from './answer.js';
import { type Message, streamChat } from './stream-chat.js';

type OnText = (text: string, type: 'text' | 'thinking') => void;

/** A conversation with a model, which is told all of it with each question. */
export class Conversation {
  readonly #options: ClientOptions;
  readonly #model: string;
  readonly #system: readonly Message[];
  #messages: Message[] = [];

  constructor(options: ClientOptions, model: string, system: readonly Message[]) {
    this.#options = options;
    this.#model = model;
    this.#system = system;
  }

  /**
   * Asks. Of an answer that is cancelled the conversation keeps what had come; one that fails was never asked for.
   *
   * @returns `undefined` if it was cancelled.
   */
  async ask(content: string, onText: OnText, signal: AbortSignal): Promise<Answer | undefined> {
    const asked: readonly Message[] = [...this.#messages, { role: 'user', content }];
    let heard = '';
    const question = { model: this.#model, messages: [...this.#system, ...asked] };
    try {
      const answer = await takeAnswer(streamChat(this.#options, question, signal), (text, type) => {
        if (type === 'text') heard += text;
        onText(text, type);
      });
      this.#messages = [...asked, { role: 'assistant', content: answer.text }];
      return answer;
    } catch (error) {
      if (!signal.aborted) throw error;
      if (heard !== '') this.#messages = [...asked, { role: 'assistant', content: heard }];
      return undefined;
    }
  }

  /** Begins anew. */
  clear(): void {
    this.#messages = [];
  }
}
