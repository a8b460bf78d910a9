import type { MessagePort } from 'node:worker_threads';
import type { ChatEvent } from './events.js';
import type { ModelSource, ModelSpec } from './model-spec.js';

/** One message of a conversation, as the engine takes it. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string;
}

/** Sampling parameters of one call, by the SDK's names. An absent one leaves the model's own default. */
export interface GenerationParams {
  readonly temp?: number;
  readonly top_p?: number;
  readonly seed?: number;
  /** Most tokens to generate. */
  readonly predict?: number;
  readonly frequency_penalty?: number;
  readonly presence_penalty?: number;
}

/** A chat completion to run. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly params: GenerationParams;
}

/** Every kind of call: what it is asked, and what streams back. */
export interface CallTypes {
  readonly chat: { readonly request: ChatRequest; readonly event: ChatEvent };
}

export type CallKind = keyof CallTypes;

/** A call of any kind. */
export type Call = {
  [Kind in CallKind]: { readonly kind: Kind; readonly request: CallTypes[Kind]['request'] };
}[CallKind];

/** What streams back from a call of a kind. */
export type EventOf<Kind extends CallKind> = CallTypes[Kind]['event'];

/**
 * What a model worker is asked. `load` comes first and once; its port stays open for the life of the model and
 * carries `LifeEvent`s. Every call has a port of its own, which carries its events and at last its `end` or a
 * `CallFailure` one way, and {@link CallCommand}s the other.
 */
export type ModelJob =
  | { readonly kind: 'load'; readonly spec: ModelSpec; readonly port: MessagePort }
  | { readonly kind: 'unload' }
  | { readonly kind: 'call'; readonly call: Call; readonly port: MessagePort };

/** What the thread that downloads is asked. */
export type AssetsJob =
  | {
      readonly kind: 'download';
      readonly alias: string;
      readonly source: ModelSource;
      readonly port: MessagePort;
    }
  | { readonly kind: 'close' };

/** What the gateway may send on a call's port while the call runs. */
export interface CallCommand {
  readonly type: 'cancel';
}
