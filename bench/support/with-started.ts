/** Something that must be stopped. */
interface Started {
  stop(): Promise<void>;
}

/** Starts all, one after another, hands them to `use`, and stops them however that ends. */
export async function withStarted<Name extends string, Side extends Started, Result>(
  starts: Readonly<Record<Name, () => Promise<Side>>>,
  use: (started: Readonly<Record<Name, Side>>) => Promise<Result>,
): Promise<Result> {
  const started: [Name, Side][] = [];
  try {
    for (const name of Object.keys(starts) as Name[]) started.push([name, await starts[name]()]);
    return await use(Object.fromEntries(started) as Record<Name, Side>);
  } finally {
    await Promise.all(started.map(([, side]) => side.stop()));
  }
}
