/** What a check has found. */
export interface Finding {
  readonly check: string;
  /** `fail`: the gateway will not run like that. `warn`: it may not do all that is wanted. */
  readonly status: 'ok' | 'warn' | 'fail';
  readonly message: string;
  /** What to do about it. */
  readonly advice?: string;
}
