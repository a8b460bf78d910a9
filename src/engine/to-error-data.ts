import {
  ContextOverflowError,
  RequestRejectedByPolicyError,
  WorkerCrashedError,
  WorkerShutdownError,
} from '@qvac/sdk';
import type { ErrorData } from '../protocol/errors.js';

/** llama.cpp's own words, which reach us untyped in SDK 0.16: it knows them without the word "batch" only. */
const OVERFLOW = /context overflow at .*: prompt tokens (\d+), max context tokens (\d+)/;

/** What an error of the SDK means to a client. */
export function toErrorData(error: unknown, alias: string): ErrorData {
  const reason = error instanceof Error ? error.message : String(error);
  const overflow = OVERFLOW.exec(reason);
  if (overflow || error instanceof ContextOverflowError) {
    const { promptTokens, ctxSize } = error instanceof ContextOverflowError ? error : {};
    const [, prompt = promptTokens ?? 'too many', context = ctxSize ?? 'fewer'] = overflow ?? [];
    return {
      code: 'context_length_exceeded',
      message: `The prompt has ${prompt} tokens; the context of model '${alias}' holds ${context}. Shorten the messages or raise ctx_size in the model's config.`,
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
  return { code: 'engine_error', message: `Model '${alias}' failed to answer: ${reason}` };
}
