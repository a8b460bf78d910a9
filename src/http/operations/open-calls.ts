import { ApiError } from '../../protocol/errors.js';

interface OpenCall {
  readonly abort: AbortController;
  readonly modelOf: () => string | undefined;
}

/** The calls whose requests are not over, to cancel them by their request's id. */
export class OpenCalls {
  /** A client may choose its ids, and so give one to several requests. */
  readonly #calls = new Map<string, Set<OpenCall>>();

  /**
   * @param modelOf tells which model it is for, once that is known.
   * @returns a function that forgets it.
   */
  add(id: string, abort: AbortController, modelOf: () => string | undefined): () => void {
    const calls = this.#calls.get(id) ?? new Set();
    const call = { abort, modelOf };
    this.#calls.set(id, calls.add(call));
    return () => {
      calls.delete(call);
      if (calls.size === 0 && this.#calls.get(id) === calls) this.#calls.delete(id);
    };
  }

  /**
   * Cancels all calls of an id: their clients get `call_cancelled`.
   *
   * @param mayCancel those of which models. Others are as good as none.
   * @throws {ApiError} `call_not_found` if there is none.
   */
  cancel(id: string, mayCancel: (model: string) => boolean): void {
    const open = [...(this.#calls.get(id) ?? [])].filter(
      ({ abort, modelOf }) => !abort.signal.aborted && mayCancel(modelOf() ?? ''),
    );
    if (open.length === 0) {
      throw new ApiError(
        'call_not_found',
        `No call '${id}' waits or runs. GET /qvac/v1/status lists those that do.`,
      );
    }
    const reason = new ApiError('call_cancelled', 'Whoever runs this server cancelled the call.');
    for (const { abort } of open) abort.abort(reason);
  }
}
