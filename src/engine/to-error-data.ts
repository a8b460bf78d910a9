import {
  ContextOverflowError,
  RequestRejectedByPolicyError,
  WorkerCrashedError,
  WorkerShutdownError,
} from '@qvac/sdk';
import type { ErrorData } from '../protocol/errors.js';

/** What an error of the SDK means to a client. */
export function toErrorData(error: unknown, alias: string): ErrorData {
  if (error instanceof ContextOverflowError) {
    const { promptTokens, ctxSize } = error;
    return {
      code: 'context_length_exceeded',
      message: `The prompt has ${promptTokens ?? 'too many'} tokens; the context of model '${alias}' holds ${ctxSize ?? 'fewer'}. Shorten the messages or raise ctx_size in the model's config.`,
      param: 'messages',
    };
  }
  if (error instanceof WorkerCrashedError) {
    return {
      code: 'worker_crashed',
      message: `The engine of model '${alias}' ended unexpectedly. The model is loaded again on the next request.`,
    };
  }
  if (error instanceof WorkerShutdownError) {
    return { code: 'model_unloaded', message: `Model '${alias}' was unloaded while it answered.` };
  }
  if (error instanceof RequestRejectedByPolicyError) {
    return { code: 'queue_full', message: `Model '${alias}' has too many calls waiting. Try again later.` };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { code: 'engine_error', message: `Model '${alias}' failed to answer: ${reason}` };
}
