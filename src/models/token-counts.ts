import type { CallKind, EventOf } from '../protocol/jobs.js';

/** Tokens of all calls of one model so far. They only grow. */
export interface TokenCounts {
  prompt: number;
  completion: number;
}

/**
 * Makes what counts the tokens of one call as they come, so that a rate can be drawn while it runs: each part of a reply
 * is taken for a token, and at the end the engine's own count adds those that no part showed, as of a tool call.
 */
export function countTokens(counts: TokenCounts) {
  let parts = 0;
  return (events: readonly EventOf<CallKind>[]): void => {
    for (const event of events) {
      if (event.type === 'text-delta' || event.type === 'thinking-delta') {
        parts += 1;
        counts.completion += 1;
      } else if (event.type === 'end') {
        if ('usage' in event) {
          counts.prompt += event.usage.promptTokens;
          counts.completion += Math.max(0, event.usage.completionTokens - parts);
        } else if ('promptTokens' in event) counts.prompt += event.promptTokens;
      }
    }
  };
}
