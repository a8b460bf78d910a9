/** A queue in which owners take turns: each gets its oldest item, then the next owner's comes first. */
export class TurnQueue<Item> {
  /** In the order of their turns. None is empty. */
  readonly #queues = new Map<string, Set<Item>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(owner: string, item: Item): void {
    const queue = this.#queues.get(owner);
    if (queue) queue.add(item);
    else this.#queues.set(owner, new Set([item]));
    this.#size += 1;
  }

  /** Takes the next item out. */
  shift(): Item | undefined {
    for (const [owner, queue] of this.#queues) {
      for (const item of queue) {
        this.delete(owner, item);
        if (queue.size > 0) {
          this.#queues.delete(owner); // behind the others
          this.#queues.set(owner, queue);
        }
        return item;
      }
    }
    return undefined;
  }

  /** Takes the newest item of the owner with the most items out; of `owner`, if nobody has more. */
  dropFromLongest(owner: string): Item | undefined {
    let longest = owner;
    for (const [other, { size }] of this.#queues) if (size > this.#sizeOf(longest)) longest = other;
    const newest = [...(this.#queues.get(longest) ?? [])].at(-1);
    if (newest !== undefined) this.delete(longest, newest);
    return newest;
  }

  /** @returns whether it was there. */
  delete(owner: string, item: Item): boolean {
    const queue = this.#queues.get(owner);
    if (!queue?.delete(item)) return false;
    if (queue.size === 0) this.#queues.delete(owner);
    this.#size -= 1;
    return true;
  }

  /** All items, in the order in which they would be taken out. */
  inTurn(): Item[] {
    const queues = [...this.#queues.values()].map((queue) => [...queue]);
    const rounds = Math.max(0, ...queues.map((queue) => queue.length));
    return Array.from({ length: rounds }, (_, round) =>
      queues.flatMap((queue) => queue.slice(round, round + 1)),
    ).flat();
  }

  /** Takes all items out. */
  clear(): Item[] {
    const items = [...this.#queues.values()].flatMap((queue) => [...queue]);
    this.#queues.clear();
    this.#size = 0;
    return items;
  }

  #sizeOf(owner: string): number {
    return this.#queues.get(owner)?.size ?? 0;
  }
}
