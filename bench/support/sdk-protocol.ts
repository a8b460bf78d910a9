import type { TimedCall, Timing } from './side.js';

/** What the child that holds the bare SDK is asked. */
export type SdkCommand =
  | { readonly kind: 'load'; readonly modelPath: string }
  | ({ readonly kind: 'ask' } & TimedCall)
  | { readonly kind: 'stop' };

/** Its answer: one to each command, in order. */
export type SdkReply =
  | { readonly ok: true; readonly timing?: Timing }
  | { readonly ok: false; readonly reason: string };
