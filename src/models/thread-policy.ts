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
 * @param models all that may be loaded at the same time.
 */
export function sharedThreads(cores: number, models: readonly ThreadWish[]): number {
  let free = cores;
  let sharers = 0;
  for (const { threads, replicas } of models) {
    if (threads === undefined) sharers += replicas;
    else free -= threads * replicas;
  }
  return Math.max(1, Math.floor(free / Math.max(1, sharers)));
}
