import { join } from 'node:path';
import { deleteCache } from '@qvac/sdk';
import { type ModelSpec, takesImages } from '../protocol/model-spec.js';
import { SDK_HOME } from '../protocol/sdk-home.js';
import { ChatBatcher } from './chat-batcher.js';
import { ConversationCache } from './conversation-cache.js';

/** What the SDK takes for `ctx_size` when the config says nothing. */
const SDK_CONTEXT_TOKENS = 1024;

/** A loaded model that chats. */
export interface ChatModel {
  readonly alias: string;
  readonly modelId: string;
  /** Tokens that the prompt and the reply of one call may have together. */
  readonly contextTokens: number;
  /** Loaded with `tools: true`. */
  readonly hasTools: boolean;
  /** Loaded with a projector. */
  readonly hasImages: boolean;
  /** Runs on another peer, as far as the SDK knows. */
  readonly isDelegated: boolean;
  /** Takes all its calls, if it was loaded with `parallel`. */
  readonly batcher: ChatBatcher | undefined;
  /** Keeps its conversations, if the config says so. */
  readonly cache: ConversationCache | undefined;
}

/** @param modelId the SDK's name of the loaded model. */
export function toChatModel(spec: ModelSpec, modelId: string): ChatModel {
  const { alias, config } = spec;
  const {
    ctx_size: total = SDK_CONTEXT_TOKENS,
    parallel: slots = 1,
    predict = -1,
  } = config as {
    ctx_size?: number;
    parallel?: number;
    predict?: number;
  };
  const contextTokens = Math.floor(total / slots); // the slots share the context
  const replyTokens = predict > 0 ? predict : undefined; // negative numbers are the engine's for no limit
  return {
    alias,
    modelId,
    contextTokens,
    hasTools: config.tools === true,
    hasImages: takesImages(spec),
    isDelegated: spec.delegate !== undefined,
    cache: createCache(spec),
    batcher: slots > 1 ? new ChatBatcher({ modelId, contextTokens, slots, replyTokens }) : undefined,
  };
}

function createCache({ kvCacheBytes }: ModelSpec): ConversationCache | undefined {
  const home = process.env[SDK_HOME];
  if (kvCacheBytes === undefined || home === undefined) return undefined;
  const forget = (kvCacheKey: string) => deleteCache({ kvCacheKey });
  return new ConversationCache(join(home, '.qvac', 'kv-cache'), kvCacheBytes, forget);
}
