import { distance } from 'fastest-levenshtein';

/** The known name that `name` was most likely meant to be, or `undefined` if none is close enough to guess. */
export function likelyName(name: string, known: readonly string[]): string | undefined {
  const wanted = squash(name);
  const edits = (candidate: string) => distance(wanted, squash(candidate));
  const [best] = sortBy(known, edits);
  const tolerated = Math.max(1, Math.round(wanted.length * 0.4));
  return best !== undefined && edits(best) <= tolerated ? best : undefined;
}

/**
 * The `count` known names nearest to `name`, best first. A name that only goes on where `name` ends counts as
 * near: who writes `QWEN3` means one of the long ones, and not the short one that takes the fewest edits.
 */
export function nearestNames(name: string, known: readonly string[], count: number): string[] {
  const wanted = squash(name);
  return sortBy(known, (candidate) => {
    const text = squash(candidate);
    const rest = Math.max(0, text.length - wanted.length);
    return Math.min(distance(wanted, text), 1 + distance(wanted, text.slice(0, wanted.length)) + rest / 100);
  }).slice(0, count);
}

function sortBy(names: readonly string[], score: (name: string) => number): string[] {
  return names
    .map((name) => ({ name, score: score(name) }))
    .sort((a, b) => a.score - b.score)
    .map(({ name: sorted }) => sorted);
}

/** Case and separators are not what makes a name another one. */
function squash(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.\s]/g, '');
}
