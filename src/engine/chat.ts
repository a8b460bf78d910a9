import { ApiError } from '../protocol/errors.js';
import type { CallFailure, ChatEvent } from '../protocol/events.js';
import type { ChatRequest } from '../protocol/jobs.js';
import { toHistory } from './attachments.js';
import { chatAlone } from './chat-alone.js';
import { chatCached } from './chat-cached.js';
import type { ChatCall, LastEvent } from './chat-call.js';
import type { ChatModel } from './chat-model.js';
import { toCompletionParams } from './chat-params.js';
import { withToolDefinitions } from './forced-tool-call.js';

/**
 * Runs one chat completion on a loaded model and emits its events, `end` or `cancelled` last. Aborting `signal` frees
 * the engine, also while the call still waits for an earlier one.
 *
 * @throws {ApiError} if the model can't do what is asked, and what the SDK throws; nothing is emitted after that.
 */
export async function chat(
  model: ChatModel,
  request: ChatRequest,
  emit: (event: ChatEvent | CallFailure) => void,
  signal: AbortSignal,
): Promise<void> {
  assertAble(model, request);
  const forced = request.tools?.choice === 'required' ? request.tools.definitions : undefined;
  const messages = forced ? withToolDefinitions(request.messages, forced) : request.messages;
  const history = await toHistory(messages, model);
  let last: LastEvent;
  try {
    const params = toCompletionParams(model.modelId, request, history.messages);
    const call: ChatCall = { request, params, emit, signal, isDelegated: model.isDelegated };
    last = await run(model, call);
  } catch (error) {
    throw history.explain(error);
  } finally {
    await history.remove();
  }
  emit(last); // whoever hears of the end finds nothing left
}

function run({ batcher, cache, contextTokens }: ChatModel, call: ChatCall): Promise<LastEvent> {
  if (batcher) return batcher.run(call);
  return cache ? chatCached(cache, contextTokens, call) : chatAlone(contextTokens, call);
}

function assertAble({ alias, hasTools }: ChatModel, { tools }: ChatRequest): void {
  if (tools?.choice === 'auto' && !hasTools) {
    throw new ApiError(
      'tools_not_enabled',
      `Model '${alias}' was not loaded for tools. Set "tools": true in its config.`,
      { param: 'tools' },
    );
  }
}
