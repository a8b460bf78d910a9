/** A key that lets a client in, whose it is, and what may be done with it. */
export interface ApiKey {
  readonly key: string;
  readonly name?: string | undefined;
  /** Aliases of the models that it may use; without it, all. */
  readonly models?: readonly string[] | undefined;
  /** Requests for answers of models that may be open at once; without it, any number. */
  readonly maxConcurrent?: number | undefined;
  /** Such requests in a minute; without it, any number. */
  readonly requestsPerMinute?: number | undefined;
}
