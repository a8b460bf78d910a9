/** What is counted of the keys of one name. */
export interface KeyUsage {
  readonly name: string;
  /** Requests for answers of models, those that were refused included. */
  requests: number;
  /** What was refused because of the key's limits. */
  rejected: number;
  /** Tokens, as the answers tell them in their `usage`. */
  promptTokens: number;
  completionTokens: number;
  /** Requests for answers of models that are open. */
  running: number;
}

/** The name that stands for all keys without one. */
export const UNNAMED_KEY = '-';

export function createKeyUsage(name: string): KeyUsage {
  return { name, requests: 0, rejected: 0, promptTokens: 0, completionTokens: 0, running: 0 };
}
