import type { ServerResponse } from 'node:http';

/** Writes to a client, and waits while it has more unread than its connection's buffer holds: so its source waits too. */
export async function writeAndWait(raw: ServerResponse, bytes: Buffer): Promise<void> {
  if (raw.write(bytes) || raw.destroyed) return;
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      raw.off('drain', finish).off('close', finish);
      resolve();
    };
    raw.on('drain', finish).on('close', finish);
  });
}
