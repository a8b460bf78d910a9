import { ContextOverflowError, RequestRejectedByPolicyError, WorkerShutdownError } from '@qvac/sdk';
import { ApiError, type ErrorData } from '../protocol/errors.js';

/** llama.cpp's own words, which reach us untyped in SDK 0.16: it knows them without the word "batch" only. */
const OVERFLOW = /context overflow at .*: prompt tokens (\d+), max context tokens (\d+)/;

/** llama.cpp's words for a JSON schema that it can't make a grammar of. */
const BAD_SCHEMA = /JSON schema conversion failed:\s*(.*)/s;

/** What an error of the SDK means to a client. */
export function toErrorData(error: unknown, alias: string): ErrorData {
  if (error instanceof ApiError) {
    const { code, message, param } = error;
    return { code, message, ...(param && { param }) };
  }
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
  const badSchema = BAD_SCHEMA.exec(reason);
  if (badSchema) {
    return {
      code: 'invalid_response_format',
      message: `The JSON schema can't be enforced: ${badSchema[1]?.trim()}`,
      param: 'response_format',
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
