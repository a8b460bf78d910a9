import fs from 'bare-fs';

type WriteStream = ReturnType<typeof fs.createWriteStream>;
type Callback = (error?: Error | null) => void;

/**
 * Lets a download hear that its file can't be written, as on a full disk. Of Bare's write streams a `write` that fails
 * never calls back, and the SDK (0.16), which waits for that, leaves the stream's `error` event to nobody: that ended the
 * process, and every other download with it.
 */
export function surviveWriteErrors(): void {
  const { createWriteStream } = fs;
  fs.createWriteStream = (...args) => tellWriters(createWriteStream(...args));
}

function tellWriters(stream: WriteStream): WriteStream {
  const waiting = new Set<Callback>();
  let failure: Error | undefined;
  stream.on('error', (error: Error) => {
    failure = error;
    for (const done of waiting) done(error);
    waiting.clear();
  });
  const write = stream.write.bind(stream) as (chunk: unknown, ...rest: unknown[]) => boolean;
  stream.write = (chunk: unknown, ...rest: unknown[]) => {
    const done = rest.at(-1);
    if (typeof done !== 'function') return write(chunk, ...rest);
    if (failure) {
      done(failure);
      return false;
    }
    waiting.add(done as Callback);
    return write(chunk, ...rest.slice(0, -1), (error?: Error | null) => {
      if (waiting.delete(done as Callback)) done(error);
    });
  };
  return stream;
}
