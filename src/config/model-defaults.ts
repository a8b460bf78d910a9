/** What a model entry has that does not say otherwise. */
export const MODEL_DEFAULTS = {
  default: false,
  preload: false,
  pinned: false,
  replicas: 1,
  queue: 64,
  loadTimeoutMs: 15 * 60_000,
  stallTimeoutMs: 60_000,
} as const;
