import { batch, type Signal, signal } from '@preact/signals';
import { ApiFailure } from '../api/send.js';
import { announce } from '../gateway/announcement.js';
import { oncePerFrame } from '../page/once-per-frame.js';
import { type ChatFigures, type ChatMessage, streamChat } from './stream-chat.js';

/** Most characters of a reply that are read out. */
const SPOKEN_LENGTH = 400;

/** How an exchange stands. */
export type Outcome =
  | { readonly type: 'running' }
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  | ({ readonly type: 'done' } & ChatFigures);

/** A question and its reply. */
export interface Exchange {
  readonly id: number;
  readonly model: string;
  readonly question: string;
  readonly reply: Signal<string>;
  readonly thinking: Signal<string>;
  readonly outcome: Signal<Outcome>;
}

/** What the user has set for all questions; empty: as the model has it. */
export interface ChatSettings {
  readonly systemPrompt: string;
  readonly temperature: number | undefined;
  readonly maxTokens: number | undefined;
}

export const exchanges = signal<readonly Exchange[]>([]);

/** Ends the reply that comes now; `undefined` if none does. */
export const running = signal<AbortController | undefined>();

/** Asks a model, with all that was said before. */
export async function ask(model: string, question: string, settings: ChatSettings): Promise<void> {
  const exchange = begin(model, question);
  const { reply, outcome } = exchange;
  const messages = toMessages(exchanges.value, settings.systemPrompt);
  const parts = showParts(exchange);
  const abort = new AbortController();
  running.value = abort;
  try {
    const { temperature, maxTokens } = settings;
    const asked = { model, messages, temperature, max_tokens: maxTokens };
    const figures = await streamChat(asked, abort.signal, parts.add);
    parts.show();
    outcome.value = { type: 'done', ...figures };
    announce(`${model} says: ${reply.value.slice(0, SPOKEN_LENGTH)}`);
  } catch (error) {
    parts.show();
    if (abort.signal.aborted) outcome.value = { type: 'stopped' };
    else outcome.value = { type: 'failed', ...toFailure(error) };
    announce(abort.signal.aborted ? 'The reply was stopped' : `${model}: ${toFailure(error).message}`);
  } finally {
    running.value = undefined;
  }
}

/** Forgets all that was said. */
export function clear(): void {
  running.value?.abort();
  exchanges.value = [];
}

function begin(model: string, question: string): Exchange {
  const exchange: Exchange = {
    id: (exchanges.value.at(-1)?.id ?? 0) + 1,
    model,
    question,
    reply: signal(''),
    thinking: signal(''),
    outcome: signal<Outcome>({ type: 'running' }),
  };
  exchanges.value = [...exchanges.value, exchange];
  return exchange;
}

/** Adds the parts of a reply to what is shown. */
function showParts({ reply, thinking }: Exchange) {
  let text = '';
  let thought = '';
  const shown = oncePerFrame(() => {
    batch(() => {
      reply.value += text;
      thinking.value += thought;
    });
    text = '';
    thought = '';
  });

  return {
    show: shown.now,
    add(nextText: string, nextThought: string): void {
      text += nextText;
      thought += nextThought;
      shown.soon();
    },
  };
}

/** Questions without a reply are left out, but for the last: models want replies between them. */
function toMessages(all: readonly Exchange[], systemPrompt: string): ChatMessage[] {
  const before = all.slice(0, -1).filter(({ reply }) => reply.value !== '');
  const said = before.flatMap(({ question, reply }): ChatMessage[] => [
    { role: 'user', content: question },
    { role: 'assistant', content: reply.value },
  ]);
  return [
    ...(systemPrompt === '' ? [] : [{ role: 'system', content: systemPrompt } as const]),
    ...said,
    { role: 'user', content: all.at(-1)?.question ?? '' },
  ];
}

function toFailure(error: unknown): { code: string; message: string } {
  if (error instanceof ApiFailure) return { code: error.code, message: error.message };
  return { code: 'broken_off', message: 'The reply broke off: the connection was lost.' };
}
