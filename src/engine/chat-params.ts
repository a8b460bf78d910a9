import type { completion } from '@qvac/sdk';
import type { ChatRequest } from '../protocol/jobs.js';
import { forcedToolSchema } from './forced-tool-call.js';
import { toSdkTool } from './sdk-tools.js';

/** What the SDK's `completion` takes. */
export type CompletionParams = Parameters<typeof completion>[0];

/** Whether a conversation has images. */
export function hasAttachments(history: CompletionParams['history']): boolean {
  return history.some(({ attachments }) => attachments !== undefined && attachments.length > 0);
}

/** A request as the SDK takes it. */
export function toCompletionParams(
  modelId: string,
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
