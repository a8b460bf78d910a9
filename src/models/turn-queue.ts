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

  /** Takes the newest item of the owner with the most items out. */
  dropFromLongest(): Item | undefined {
    let longest: [string, Set<Item>] | undefined;
    for (const entry of this.#queues) if (!longest || entry[1].size > longest[1].size) longest = entry;
    const newest = longest && [...longest[1]].at(-1);
    if (longest && newest !== undefined) this.delete(longest[0], newest);
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

  /** Takes all items out. */
  clear(): Item[] {
    const items = [...this.#queues.values()].flatMap((queue) => [...queue]);
    this.#queues.clear();
    this.#size = 0;
    return items;
  }
}
