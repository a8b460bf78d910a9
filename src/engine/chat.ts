import {
  type CompletionEvent,
  type CompletionStats,
  ContextOverflowError,
  cancel,
  completion,
  InferenceCancelledError,
} from '@qvac/sdk';
import { ApiError } from '../protocol/errors.js';
import type { CallFailure, ChatEvent, FinishReason, Usage } from '../protocol/events.js';
import type { ChatRequest } from '../protocol/jobs.js';
import { toHistory } from './attachments.js';
import type { ChatModel } from './chat-model.js';
import { createChatReply } from './chat-reply.js';
import { forcedToolSchema, withToolDefinitions } from './forced-tool-call.js';
import { toSdkTool } from './sdk-tools.js';

type CompletionParams = Parameters<typeof completion>[0];

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
  let last: ChatEvent | CallFailure;
  try {
    last = await generate(model, request, toParams(model, request, history.messages), emit, signal);
  } catch (error) {
    throw history.explain(error);
  } finally {
    await history.remove();
  }
  emit(last); // whoever hears of the end finds nothing left
}

/** Emits the events of a completion, but for the last, which it returns. */
async function generate(
  { contextTokens }: ChatModel,
  request: ChatRequest,
  params: CompletionParams,
  emit: (event: ChatEvent | CallFailure) => void,
  signal: AbortSignal,
): Promise<ChatEvent | CallFailure> {
  const run = completion(params);
  // Its rejection says nothing that the events do not say.
  run.final.catch(() => {});

  let freeing: Promise<void> | undefined;
  const free = (): void => {
    freeing ??= cancel({ requestId: run.requestId }).catch(() => {}); // a dead engine needs no cancel
  };
  signal.addEventListener('abort', free, { once: true });
  if (signal.aborted) free();

  const reply = createChatReply(request, emit, free);
  let stats: CompletionStats = {};
  let finishReason: FinishReason | 'cancelled' = 'stop';
  try {
    for await (const event of run.events) {
      if (event.type === 'completionStats') stats = event.stats;
      else if (event.type === 'completionDone') finishReason = toFinishReason(event);
      else reply.accept(event);
    }
  } catch (error) {
    if (error instanceof InferenceCancelledError) {
      finishReason = 'cancelled';
    } else if (error instanceof ContextOverflowError && reply.tokens > 0) {
      // The engine reports a context that the reply has filled as it does a prompt that is too long, without counts.
      finishReason = 'length';
      stats = { promptTokens: Math.max(0, contextTokens - reply.tokens), generatedTokens: reply.tokens };
    } else {
      throw error;
    }
  } finally {
    signal.removeEventListener('abort', free);
    await freeing;
  }

  if (signal.aborted) return { type: 'cancelled' };
  return { type: 'end', finishReason: reply.finish(finishReason), usage: toUsage(stats, reply.tokens) };
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

function toParams(
  { modelId }: ChatModel,
  { params, tools, jsonSchema }: ChatRequest,
  history: CompletionParams['history'],
): CompletionParams {
  const schema = tools?.choice === 'required' ? forcedToolSchema(tools.definitions) : jsonSchema;
  return {
    modelId,
    history,
    generationParams: params,
    captureThinking: true,
    stream: true,
    ...(tools?.choice === 'auto' && { tools: tools.definitions.map(toSdkTool) }),
    ...(schema && { responseFormat: toResponseFormat(schema) }),
  };
}

function toResponseFormat(schema: object): CompletionParams['responseFormat'] {
  if (Object.keys(schema).length === 0) return { type: 'json_object' };
  return { type: 'json_schema', json_schema: { name: 'reply', schema: { ...schema } } };
}

/** A run that was cancelled at a stop text has no counts of its own: a token is a delta, nearly always. */
function toUsage({ promptTokens, generatedTokens, cacheTokens }: CompletionStats, tokens: number): Usage {
  const prompt = promptTokens ?? 0;
  return {
    promptTokens: prompt,
    completionTokens: generatedTokens ?? tokens,
    cachedTokens: Math.min(cacheTokens ?? 0, prompt),
  };
}

function toFinishReason(
  event: Extract<CompletionEvent, { type: 'completionDone' }>,
): FinishReason | 'cancelled' {
  if (event.stopReason === 'error') throw new Error(event.error.message);
  if (event.stopReason === 'length' || event.stopReason === 'cancelled') return event.stopReason;
  return 'stop';
}
