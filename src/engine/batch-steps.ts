/**
 * Steps without a text after which a reply counts as ended, while others of its batch go on. A token without a text is
 * a part of a character (three of them at most) or a mark that is not shown.
 */
const SILENT_STEPS = 8;

/**
 * Tells from the texts of a batch how many tokens each reply has, and which has ended: the engine tells neither before
 * all have ended, and then only the sum. It decodes in steps, each with one token of every reply that goes on, and sends
 * their texts in that order. So a text of the same reply begins the next step, and a reply that is silent while others
 * take steps has ended, or is within a character that takes several tokens.
 */
export class BatchSteps {
  readonly #replies: { first: number; latest: number }[] = [];
  readonly #seen = new Set<number>();
  #step = 0;

  /** Takes note of a text of a reply. */
  saw(reply: number): void {
    if (this.#seen.has(reply)) {
      this.#seen.clear();
      this.#step += 1;
    }
    this.#seen.add(reply);
    const known = this.#replies[reply];
    if (known) known.latest = this.#step;
    else this.#replies[reply] = { first: this.#step, latest: this.#step };
  }

  /** Tokens of a reply so far, those without a text before its last one included. */
  tokens(reply: number): number {
    const known = this.#replies[reply];
    return known ? known.latest - known.first + 1 : 0;
  }

  /** It has begun, and the others have gone on without it. */
  hasEnded(reply: number): boolean {
    const known = this.#replies[reply];
    return known !== undefined && this.#step - known.latest >= SILENT_STEPS;
  }
}
