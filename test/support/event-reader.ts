/** An event of `GET /qvac/v1/events`. */
interface OperationsEvent {
  readonly type: 'state' | 'change';
  readonly at: string;
  readonly model: string;
  readonly state: string;
  readonly from?: string;
  readonly event?: string;
  readonly reason?: string;
}

/** An open stream of events. */
interface EventReader<Event> {
  /** All that came so far. */
  readonly seen: readonly Event[];
  /** Resolves when so many that match have come. */
  until(matches: (event: Event) => boolean, times?: number): Promise<void>;
  /** Resolves when the stream has ended. */
  readonly ended: Promise<void>;
  close(): void;
}

/** Reads a stream of events from its first on. */
export async function openEvents<Event = OperationsEvent>(
  url: string,
  headers: Record<string, string> = {},
): Promise<EventReader<Event>> {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  if (!response.ok || !response.body) throw new Error(`no stream: ${response.status}`);
  const seen: Event[] = [];
  let wake = (): void => {};
  let isOver = false;

  async function read(body: AsyncIterable<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    try {
      for await (const bytes of body) {
        const frames = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
        rest = frames.pop() ?? '';
        for (const frame of frames) if (frame.startsWith('data: ')) seen.push(JSON.parse(frame.slice(6)));
        wake();
      }
    } catch (error) {
      if (!abort.signal.aborted) throw error;
    } finally {
      isOver = true;
      wake();
    }
  }

  return {
    seen,
    ended: read(response.body as unknown as AsyncIterable<Uint8Array>),
    close: () => abort.abort(),
    async until(matches, times = 1) {
      while (seen.filter(matches).length < times) {
        if (isOver) throw new Error(`the stream ended after ${JSON.stringify(seen)}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
