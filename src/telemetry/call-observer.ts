/** Told how the calls of one model go. All times are in milliseconds. It is called for each token: it must be quick. */
export interface CallObserver {
  /** A call has its slot, after so long in the queue. */
  admitted(waitMs: number): void;
  /** The first part of a reply has come, so long after the call was asked for. */
  firstToken(afterMs: number): void;
  /** The next part has come, so long after the one before. */
  nextToken(afterMs: number): void;
  /** A call has ended, and the engine has counted. */
  counted(promptTokens: number, completionTokens: number): void;
}

/** Told how the calls of one request go, as {@link CallObserver} but for the tokens one by one. */
export interface RequestObserver extends Pick<CallObserver, 'admitted' | 'firstToken'> {
  /** `cachedTokens` are those of the prompt that came from a cache. */
  counted(promptTokens: number, completionTokens: number, cachedTokens: number): void;
}
