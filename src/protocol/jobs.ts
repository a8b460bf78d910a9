import type { MessagePort } from 'node:worker_threads';
import type { ChatEvent, EmbedEvent, TranscribeEvent } from './events.js';
import type { ModelSource, ModelSpec } from './model-spec.js';

/** One message of a conversation, as the engine takes it. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string;
  /** Images that stand before the text. Only a model with a projector can take them. */
  readonly images?: readonly ImageData[];
}

/** An image within a message. */
export interface ImageData {
  /** File name extension without the dot. */
  readonly extension: string;
  readonly bytes: Uint8Array;
  /** The field of the request that it came from, for errors. */
  readonly param: string;
}

/** A JSON schema, as the client wrote it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A function that the model may ask the client to call. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  /** Schema of its arguments, an object. */
  readonly parameters: JsonSchema;
}

/** The functions that the model may call, and whether it must. */
export interface ToolUse {
  readonly definitions: readonly ToolDefinition[];
  /** `required`: the reply is a call of one of them, enforced by grammar. */
  readonly choice: 'auto' | 'required';
  /** Whether one reply may have several calls. */
  readonly parallel: boolean;
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
  /** Texts at whose first occurrence the reply ends; they are not part of it. */
  readonly stop?: readonly string[];
  readonly tools?: ToolUse;
  /** The reply must be JSON that holds against this, enforced by grammar; `{}` is any object. */
  readonly jsonSchema?: JsonSchema;
}

/** A recording to write down. */
export interface TranscribeRequest {
  /** Absolute path of the recording. It is whoever calls that removes it. */
  readonly path: string;
  /** Text that comes before it, as it were: names and style are taken from there. Whisper only. */
  readonly prompt?: string;
}

/** Texts to embed. */
export interface EmbedRequest {
  /** None of them is empty. */
  readonly texts: readonly string[];
  /** The client sent a list: an error names the place in it. */
  readonly isBatch: boolean;
}

/** Every kind of call: what it is asked, and what streams back. */
interface CallTypes {
  readonly chat: { readonly request: ChatRequest; readonly event: ChatEvent };
  readonly embed: { readonly request: EmbedRequest; readonly event: EmbedEvent };
  readonly transcribe: { readonly request: TranscribeRequest; readonly event: TranscribeEvent };
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
  | {
      readonly kind: 'load';
      readonly spec: ModelSpec;
      /** Whether the port gets `load-log` events. */
      readonly wantsLog: boolean;
      readonly port: MessagePort;
    }
  | { readonly kind: 'unload' }
  | { readonly kind: 'call'; readonly call: Call; readonly port: MessagePort };

/** What the thread that downloads is asked. */
export type AssetsJob =
  | ({ readonly kind: 'download'; readonly port: MessagePort } & DownloadJob)
  | { readonly kind: 'close' };

/** What the thread that serves other peers is asked. */
export type ProviderJob =
  /** Loads a model that is offered, before anybody asks for it. It stays loaded. */
  | {
      readonly kind: 'preload';
      readonly model: Pick<ModelSpec, 'type' | 'source'>;
    }
  | {
      readonly kind: 'provide';
      /** Public keys of the peers that may connect, in lower-case hex; `undefined` lets anyone. */
      readonly allowedKeys: readonly string[] | undefined;
    }
  /** Settles when the SDK's process has ended. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'close' };

/** A file to download, or several that belong together. */
export interface DownloadJob {
  /** The model that it is for. */
  readonly alias: string;
  readonly source: ModelSource;
  /** What its content must have, in lower-case hex; only of one file that comes over HTTP. */
  readonly sha256?: string | undefined;
}

/** What the gateway may send on a call's port while the call runs. */
export interface CallCommand {
  readonly type: 'cancel';
}
