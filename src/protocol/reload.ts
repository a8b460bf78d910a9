/**
 * What reading the config again has changed, as `POST /qvac/v1/reload` answers. Models are named by their aliases, servers of
 * which all models are offered by these names: `gpu/* at gpu-server:11434`.
 */
export interface ReloadReport {
  readonly object: 'reload';
  /** New ones. They are loaded at once if they are to be preloaded. */
  readonly added: readonly string[];
  /** They take no further call; those that run finish. */
  readonly removed: readonly string[];
  /** What they are loaded with has changed: they are loaded anew, when the calls that run have finished. */
  readonly restarted: readonly string[];
  /**
   * Only how they are treated has changed, and their workers go on; or where their next calls go: elsewhere, or to a model of
   * this machine that has their name now.
   */
  readonly updated: readonly string[];
  readonly unchanged: readonly string[];
  /** Settings outside of the models that have changed, and count from now on. */
  readonly settings: readonly string[];
  /** Those that have changed and were not taken over: they need a new start. */
  readonly needs_restart: readonly string[];
}
