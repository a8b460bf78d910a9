import type { RequestText } from '../request-text.js';

/** A part of a choice: of a stream, or whole. */
interface Part {
  readonly content?: unknown;
  readonly tool_calls?: readonly {
    readonly function?: { readonly name?: string; readonly arguments?: string };
  }[];
}

/** What of an answer says something. */
interface Answer {
  readonly choices?: readonly { readonly index?: number; readonly delta?: Part; readonly message?: Part }[];
  /** Of a transcription. */
  readonly text?: unknown;
}

/** Keeps what a remote's events say, for the log of whoever wants it there. */
export function hearEvents(text: RequestText | undefined, events: Buffer): void {
  if (!text) return;
  for (const line of events.toString().split('\n')) {
    if (line.startsWith('data:')) hearJson(text, line.slice('data:'.length));
  }
}

/** The same for an answer that is whole; one that is no JSON is a transcription. */
export function hearWhole(text: RequestText | undefined, body: Buffer, type: string): void {
  if (!text) return;
  if (/json/i.test(type)) hearJson(text, body.toString());
  else text.answered(body.toString());
}

function hearJson(text: RequestText, json: string): void {
  let answer: Answer;
  try {
    answer = JSON.parse(json) as Answer;
  } catch {
    return; // `[DONE]`, or nonsense, which the client gets as it is
  }
  if (typeof answer?.text === 'string') text.answered(answer.text);
  if (!Array.isArray(answer?.choices)) return;
  for (const { index = 0, delta, message } of answer.choices as NonNullable<Answer['choices']>) {
    const { content, tool_calls: calls = [] } = delta ?? message ?? {};
    if (typeof content === 'string') text.answered(content, index);
    for (const { function: called } of calls) {
      text.answered(`${called?.name ?? ''}${called?.arguments ?? ''}`, index);
    }
  }
}
