import type { CompletionEvent } from '@qvac/sdk';
import type { FinishReason } from '../protocol/events.js';
import type { BatchSteps } from './batch-steps.js';
import type { ChatCall, LastEvent } from './chat-call.js';
import { type ChatReply, createChatReply } from './chat-reply.js';

/** What a call's place in a batch is made of. */
interface PlaceOptions {
  readonly call: ChatCall;
  /** Place of its prompt in the batch. */
  readonly index: number;
  readonly promptTokens: number;
  /** Most tokens of its reply. */
  readonly limit: number;
  readonly steps: BatchSteps;
  /** Takes the call's last event: nothing is emitted after it. */
  readonly onOver: (last: LastEvent) => void;
}

/** One call in a batch that runs. It may be over long before the engine has let go of its place. */
export class BatchPlace {
  readonly #options: PlaceOptions;
  readonly #reply: ChatReply;
  #isOver = false;
  /** Last character that the engine sent and that was not emitted yet: the SDK holds back what may begin a mark. */
  #held = '';

  constructor(options: PlaceOptions) {
    this.#options = options;
    const { request, emit } = options.call;
    this.#reply = createChatReply(request, emit, () => this.#end('stop'));
  }

  /** Its last event has been given. */
  get isOver(): boolean {
    return this.#isOver;
  }

  accept(event: CompletionEvent): void {
    if (this.#isOver) return;
    if (event.type === 'rawDelta') {
      this.#held = event.text.at(-1) ?? '';
      return;
    }
    // Not asked by this call: what has come is not the whole.
    if (event.type === 'completionDone' && event.stopReason === 'cancelled') {
      this.cancel();
      return;
    }
    if (event.type === 'contentDelta' || event.type === 'thinkingDelta') {
      if (event.text.endsWith(this.#held)) this.#held = '';
    }
    this.#reply.accept(event);
  }

  /** Ends the call if the texts of the batch say that its reply has ended. */
  endIfSilent(): void {
    if (this.#isOver || this.#held !== '') return;
    const { steps, index, limit } = this.#options;
    if (steps.texts(index) >= limit || steps.hasEnded(index)) this.finish();
  }

  /** The engine has said all. */
  finish(): void {
    const { steps, index, limit } = this.#options;
    if (!this.#isOver) this.#end(steps.tokens(index) >= limit ? 'length' : 'stop');
  }

  cancel(): void {
    this.#give({ type: 'cancelled' });
  }

  #end(reason: FinishReason): void {
    const { steps, index, limit, promptTokens } = this.#options;
    const completionTokens = Math.min(steps.tokens(index), limit);
    const finishReason = this.#reply.finish(reason);
    this.#give({ type: 'end', finishReason, usage: { promptTokens, completionTokens, cachedTokens: 0 } });
  }

  #give(last: LastEvent): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onOver(last);
  }
}
