/** The data of each server-sent event of a body. Comments and other fields are left out. */
export async function* readSse(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    const frames = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const data = frame.split('\n').filter((line) => line.startsWith('data:'));
      // Models of other servers may leave out the space.
      if (data.length > 0) yield data.map((line) => line.replace(/^data: ?/, '')).join('\n');
    }
  }
}
