import type { batchCompletion } from '@qvac/sdk';
import type { CompletionParams } from './chat-params.js';

type BatchPrompt = Parameters<typeof batchCompletion>[0]['prompts'][number];

/** What a prompt of the SDK's `batchCompletion` has of what `completion` takes. */
export function toBatchPrompt(
  { history, generationParams, responseFormat, tools }: CompletionParams,
  id?: string,
): BatchPrompt {
  return {
    history,
    ...(id !== undefined && { id }),
    ...(generationParams && { generationParams }),
    ...(responseFormat && { responseFormat }),
    ...(tools && { tools }),
  };
}
