/**
 * Texts of another reply without one of its own after which a reply counts as ended. A token without a text is a part of
 * a character (three of them at most) or a mark that is not shown.
 */
const SILENT_STEPS = 8;

/** What is known of a reply that has begun. */
interface Reply {
  /** Steps at which its first and its latest text came. */
  readonly first: number;
  latest: number;
  texts: number;
  /** Texts of each reply when its latest came. */
  others: readonly number[];
}

/**
 * Tells from the texts of a batch how many tokens each reply has, and which has ended: the engine tells neither before
 * all have ended, and then only the sum. It decodes in steps, each with one token of every reply that goes on, and sends
 * their texts in the order of the prompts. So a text of the same reply or of one before it begins a step, and a reply
 * that is silent while another goes on has ended, or is within a character that takes several tokens.
 */
export class BatchSteps {
  readonly #replies: (Reply | undefined)[];
  #step = 0;
  #last = -1;

  /** @param replies how many there are. */
  constructor(replies: number) {
    this.#replies = Array.from({ length: replies }, () => undefined);
  }

  /** Takes note of a text of a reply. */
  saw(index: number): void {
    if (index <= this.#last) this.#step += 1;
    this.#last = index;
    const others = this.#replies.map((reply) => reply?.texts ?? 0);
    const reply = this.#replies[index];
    if (reply) Object.assign(reply, { latest: this.#step, texts: reply.texts + 1, others });
    else this.#replies[index] = { first: this.#step, latest: this.#step, texts: 1, others };
  }

  /** Texts of a reply so far: it has as many tokens at least. */
  texts(index: number): number {
    return this.#replies[index]?.texts ?? 0;
  }

  /** Tokens of a reply up to its latest text. */
  tokens(index: number): number {
    const reply = this.#replies[index];
    return reply ? reply.latest - reply.first + 1 : 0;
  }

  /** It has begun, and another has gone on without it. */
  hasEnded(index: number): boolean {
    const others = this.#replies[index]?.others;
    return (
      others?.some((before, other) => other !== index && this.texts(other) - before >= SILENT_STEPS) ?? false
    );
  }
}
