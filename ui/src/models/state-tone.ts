const TONES: Readonly<Record<string, string>> = {
  ready: 'good',
  loading: 'busy',
  draining: 'busy',
  unloading: 'busy',
  backoff: 'bad',
  failed: 'bad',
};

/** The colour of a model's state; the state itself is always written beside it. */
export function toneOf(state: string): string {
  return TONES[state] ?? 'still';
}
