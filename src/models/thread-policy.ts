/** What a model asks of the CPU. */
interface ThreadWish {
  /** Of each of its workers; `undefined` leaves it to {@link sharedThreads}. */
  readonly threads: number | undefined;
  readonly replicas: number;
}

/**
 * CPU threads for each worker of a model that names none, so that all of them together do not ask for more cores than
 * there are. llama.cpp's threads spin at their barriers: two models with two threads each on two cores make 97 tokens a
 * second together, with one thread each 2,671.
 *
 * @param cores that may be used.
 * @param models all that are configured.
 * @param maxLoaded how many of them may be loaded at the same time: those that ask for the most are meant.
 */
export function sharedThreads(
  cores: number,
  models: readonly ThreadWish[],
  maxLoaded = models.length,
): number {
  const given = models.flatMap(({ threads, replicas }) => (threads === undefined ? [] : threads * replicas));
  const sharers = models.flatMap(({ threads, replicas }) => (threads === undefined ? replicas : []));
  let share = cores;
  for (let count = 1; count <= Math.min(maxLoaded, sharers.length); count += 1) {
    const free = cores - sumOfLargest(given, maxLoaded - count);
    share = Math.min(share, free / sumOfLargest(sharers, count));
  }
  return Math.max(1, Math.floor(share));
}

function sumOfLargest(numbers: readonly number[], count: number): number {
  const largest = [...numbers].sort((one, other) => other - one).slice(0, count);
  return largest.reduce((total, number) => total + number, 0);
}
