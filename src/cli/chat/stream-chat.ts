import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-codes.js';
import { type ClientOptions, streamGateway } from '../gateway-client.js';

/** A message of a conversation. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** What is asked. */
export interface ChatQuestion {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly max_tokens?: number | undefined;
}

/** What comes of an answer: its text, what a model thinks before it, and at the end how many tokens that was. */
export type ChatPart =
  | { readonly type: 'text' | 'thinking'; readonly text: string }
  | { readonly type: 'usage'; readonly promptTokens: number; readonly completionTokens: number };

/** A frame of the API. */
interface Frame {
  readonly error?: { readonly message: string; readonly code: string };
  readonly choices?: readonly {
    readonly delta: { readonly content?: string | null; readonly reasoning_content?: string | null };
  }[];
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
}

/**
 * Asks a model, and gives its answer part by part.
 *
 * @throws {CommandError} also if the answer breaks off; or the signal's reason.
 */
export async function* streamChat(
  options: ClientOptions,
  question: ChatQuestion,
  signal?: AbortSignal,
): AsyncGenerator<ChatPart, void> {
  const body = { ...question, stream: true, stream_options: { include_usage: true } };
  const sent = { body, ...(signal && { signal }) };
  for await (const data of streamGateway(options, 'POST', '/v1/chat/completions', sent)) {
    if (data === '[DONE]') return;
    const { error, choices, usage } = JSON.parse(data) as Frame;
    if (error) throw new CommandError(`error: ${error.message} (${error.code})`, EXIT.failure);
    const { content, reasoning_content } = choices?.[0]?.delta ?? {};
    if (reasoning_content) yield { type: 'thinking', text: reasoning_content };
    if (content) yield { type: 'text', text: content };
    if (usage) {
      yield {
        type: 'usage',
        promptTokens: usage.prompt_tokens,
        completionTokens: usage.completion_tokens,
      };
    }
  }
  throw new CommandError('error: the answer ended too early. The log may say why.', EXIT.failure);
}
