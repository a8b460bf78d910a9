/**
 * Has a listener called at each SIGHUP. At a terminal that is no wish for a reload: the terminal was closed, and the
 * process ends, as it would without this. Windows sends it for nothing else.
 *
 * @returns a function that ends it.
 */
export function onReloadSignal(listener: () => void): () => void {
  if (process.stdin.isTTY || process.platform === 'win32') return () => {};
  process.on('SIGHUP', listener);
  return () => process.off('SIGHUP', listener);
}
