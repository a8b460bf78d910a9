import { type Answer, answerRate } from './answer.js';

/** What comes in less time has come together, and would seem to be endlessly fast. */
const LEAST_MS = 30;

/** What `--verbose` says of an answer, in a line. */
export function describeAnswer(answer: Answer): string {
  const { firstTokenMs, promptTokens, completionTokens } = answer;
  const rate = rateOf(answer);
  return [
    `first token ${firstTokenMs === undefined ? '-' : `${Math.round(firstTokenMs)} ms`}`,
    `${rate === undefined ? '-' : rate.toFixed(1)} tokens/s`,
    `${promptTokens} tokens asked`,
    `${completionTokens} answered`,
  ].join(', ');
}

/** What `--json` says of it. */
export function toAnswerJson(model: string, answer: Answer) {
  const { text, firstTokenMs, promptTokens, completionTokens } = answer;
  return {
    model,
    text,
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    first_token_ms: firstTokenMs ?? null,
    tokens_per_second: rateOf(answer) ?? null,
  };
}

function rateOf(answer: Answer): number | undefined {
  return answer.streamMs < LEAST_MS ? undefined : answerRate(answer);
}
