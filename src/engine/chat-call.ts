import type { CallFailure, ChatEvent } from '../protocol/events.js';
import type { ChatRequest } from '../protocol/jobs.js';
import type { CompletionParams } from './chat-params.js';

/** What ends a chat call that did not fail. */
export type LastEvent = ChatEvent | CallFailure;

/** A chat call on its way to the engine. */
export interface ChatCall {
  readonly request: ChatRequest;
  readonly params: CompletionParams;
  /** Takes all events but the last. */
  readonly emit: (event: ChatEvent) => void;
  readonly signal: AbortSignal;
  /** Whether another peer may be the one that answers. */
  readonly isDelegated: boolean;
}
