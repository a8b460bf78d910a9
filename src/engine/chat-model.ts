import { type ModelSpec, takesImages } from '../protocol/model-spec.js';

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
}

/** @param modelId the SDK's name of the loaded model. */
export function toChatModel(spec: ModelSpec, modelId: string): ChatModel {
  const { alias, config } = spec;
  const { ctx_size: total = SDK_CONTEXT_TOKENS, parallel = 1 } = config as {
    ctx_size?: number;
    parallel?: number;
  };
  return {
    alias,
    modelId,
    contextTokens: Math.floor(total / parallel), // the slots share the context
    hasTools: config.tools === true,
    hasImages: takesImages(spec),
  };
}
