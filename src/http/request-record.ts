import type { ErrorCode } from '../protocol/errors.js';
import type { RequestObserver } from '../telemetry/call-observer.js';
import type { RequestText } from './request-text.js';

/** What is noted of a request while it is answered, for its line in the log and the usage of its key. */
export class RequestRecord implements RequestObserver {
  /** The longest wait of its calls. `undefined`: none had its slot. */
  queueMs: number | undefined;
  /** From when its calls were asked for to the first part of a reply. Of a chat only. */
  firstTokenMs: number | undefined;
  /** All of its calls have the same prompt, which counts once, as in `usage`. */
  promptTokens: number | undefined;
  completionTokens: number | undefined;
  cachedTokens: number | undefined;
  /** What it was refused with, or what broke off its stream. */
  error: ErrorCode | undefined;
  /** Only where it is wanted. */
  readonly text: RequestText | undefined;

  constructor(text?: RequestText) {
    this.text = text;
  }

  admitted(waitMs: number): void {
    this.queueMs = Math.max(this.queueMs ?? 0, waitMs);
  }

  firstToken(afterMs: number): void {
    this.firstTokenMs = Math.min(this.firstTokenMs ?? Infinity, afterMs);
  }

  counted(promptTokens: number, completionTokens: number, cachedTokens: number): void {
    this.promptTokens = Math.max(this.promptTokens ?? 0, promptTokens);
    this.completionTokens = (this.completionTokens ?? 0) + completionTokens;
    this.cachedTokens = Math.max(this.cachedTokens ?? 0, cachedTokens);
  }
}
