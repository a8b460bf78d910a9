import { WorkerCrashedError } from '@qvac/sdk';
import { BatchQueue } from './batch-queue.js';
import { chatAlone } from './chat-alone.js';
import type { ChatCall, LastEvent } from './chat-call.js';
import { hasAttachments } from './chat-params.js';
import { measurePrompt } from './measure-prompt.js';
import { type FittingCall, runBatch } from './run-batch.js';

/** How long the first of those who go together waits for others, unless all slots are taken before. */
const GATHER_MS = 10;

/** What a batcher must know of its model. */
interface BatchedModel {
  readonly modelId: string;
  /** Tokens that the prompt and the reply of one call may have together. */
  readonly contextTokens: number;
  /** Calls that the engine decodes together. */
  readonly slots: number;
  /** Most tokens of a reply that does not say; `undefined` is as many as fit. */
  readonly replyTokens: number | undefined;
}

/** A call that waits for its batch, and whoever waits for it. */
interface WaitingCall extends ChatCall {
  /** The SDK parses the tool calls of a batch in part, and images hold up the others. */
  readonly goesAlone: boolean;
  readonly onOver: (last: LastEvent) => void;
  readonly onError: (error: unknown) => void;
}

/** Takes the calls of a model that was loaded with `parallel`, and lets those that can go together. */
export class ChatBatcher {
  readonly #model: BatchedModel;
  readonly #queue: BatchQueue<WaitingCall>;
  /** Said of the death of the engine's process. The SDK would start another for the next call, without the model. */
  #lost: WorkerCrashedError | undefined;

  constructor(model: BatchedModel) {
    this.#model = model;
    this.#queue = new BatchQueue({
      places: model.slots,
      gather(begin) {
        const timer = setTimeout(begin, GATHER_MS);
        return () => clearTimeout(timer);
      },
      run: (calls) => this.#run(calls),
    });
  }

  /** Runs a call when its batch has come. Emits its events, but for the last, which it returns. */
  run(call: ChatCall): Promise<LastEvent> {
    const { signal, params } = call;
    return new Promise((onOver, onError) => {
      const goesAlone = params.tools !== undefined || hasAttachments(params.history);
      const waiting: WaitingCall = { ...call, goesAlone, onOver, onError };
      const leave = (): void => {
        if (this.#queue.withdraw(waiting)) onOver({ type: 'cancelled' });
      };
      signal.addEventListener('abort', leave, { once: true });
      if (signal.aborted) return onOver({ type: 'cancelled' });
      this.#queue.add(waiting);
    });
  }

  async #run(waiting: readonly WaitingCall[]): Promise<void> {
    if (this.#lost) return this.#fail(waiting, this.#lost);
    const measured = await Promise.all(waiting.map((call) => this.#measure(call)));
    const calls = measured.filter((call) => call !== undefined);
    const [first] = calls;
    if (!first) return;
    try {
      if (calls.length > 1) await runBatch(this.#model.modelId, calls);
      else first.onOver(await chatAlone(this.#model.contextTokens, first));
    } catch (error) {
      this.#fail(waiting, error);
    }
  }

  /** Of no effect on calls that are over. */
  #fail(calls: readonly WaitingCall[], error: unknown): void {
    if (error instanceof WorkerCrashedError) this.#lost = error;
    for (const { onError } of calls) onError(error);
  }

  /** @returns the call with a limit that fits, or `undefined` if it is over already. */
  async #measure(call: WaitingCall): Promise<FittingCall | undefined> {
    const { modelId, contextTokens, replyTokens } = this.#model;
    const { params } = call;
    try {
      const promptTokens = await measurePrompt(modelId, params);
      const wanted = params.generationParams?.predict ?? replyTokens ?? contextTokens;
      // One that would not fit, the engine refuses, and the whole batch with it.
      const limit = Math.min(wanted, contextTokens - promptTokens);
      const generationParams = { ...params.generationParams, predict: limit };
      if (!call.signal.aborted) {
        return { ...call, params: { ...params, generationParams }, promptTokens, limit };
      }
      call.onOver({ type: 'cancelled' });
    } catch (error) {
      this.#fail([call], error);
    }
    return undefined;
  }
}
