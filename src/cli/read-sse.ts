/** The data of each server-sent event of a body. Comments and other fields are left out: the gateway has no others. */
export async function* readSse(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    const frames = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      if (frame.startsWith('data: ')) yield frame.slice('data: '.length);
    }
  }
}
