import type { TokenCounts } from '../../models/token-counts.js';
import type { Usage } from '../../protocol/events.js';
import type { CallObserver, RequestObserver } from '../../telemetry/call-observer.js';

const USAGE = Buffer.from('"usage"');

/** What of an answer can hold its token counts, with their name. */
export const USAGE_BYTES = 1_024;

/** Whoever is told. */
export interface UsageObservers {
  readonly observer: CallObserver | undefined;
  /** The request's own. */
  readonly asking: RequestObserver | undefined;
  /** The model's sum. */
  readonly tokens: TokenCounts;
}

/** The token counts that a part of an answer has. It is not parsed: most parts have none. */
export function readUsage(bytes: Buffer): Usage | undefined {
  const at = bytes.lastIndexOf(USAGE);
  if (at === -1) return undefined;
  const text = bytes.subarray(at, at + USAGE_BYTES).toString('latin1');
  const count = (name: string): number | undefined => {
    const digits = new RegExp(`"${name}"\\s*:\\s*(\\d+)`).exec(text)?.[1];
    return digits === undefined ? undefined : Number(digits);
  };
  const promptTokens = count('prompt_tokens');
  if (promptTokens === undefined) return undefined;
  return {
    promptTokens,
    completionTokens: count('completion_tokens') ?? 0,
    cachedTokens: count('cached_tokens') ?? 0,
  };
}

/** Tells the token counts of a call that has reached its end, if its answer had them. */
export function tellUsage({ observer, asking, tokens }: UsageObservers, usage: Usage | undefined): void {
  if (!usage) return;
  const { promptTokens, completionTokens, cachedTokens } = usage;
  observer?.counted(promptTokens, completionTokens);
  asking?.counted(promptTokens, completionTokens, cachedTokens);
  tokens.prompt += promptTokens;
  tokens.completion += completionTokens;
}
