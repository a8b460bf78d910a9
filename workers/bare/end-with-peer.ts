import fs from 'bare-fs';
import os from 'bare-os';
import { ENGINE_END } from '../../src/protocol/engine-notice.js';
import { interceptPeers } from './peer-rpc.js';
import { resolveFromSdk } from './resolve-from-sdk.js';

/** The SDK's list of what is loaded, as far as it matters here. */
interface ModelRegistry {
  getAllModelIds(): readonly string[];
  getModelEntry(modelId: string): { readonly isDelegated: boolean } | null;
}

const STDERR = 2;

/**
 * Ends this process when its model runs on another peer and the connection to that closes. The SDK (0.16) would connect
 * again with the next call, and not load the model again: where the peer has been restarted, each call would fail from
 * then on. The gateway starts another process, which loads it.
 *
 * @throws Error if the SDK does not look as expected.
 */
export async function endWithPeer(): Promise<void> {
  const registryUrl = new URL('./bare/registry/model-registry.js', resolveFromSdk('@qvac/sdk/worker-core'));
  const registry = (await import(registryUrl.href)) as ModelRegistry;
  const isElsewhere = (): boolean =>
    registry.getAllModelIds().some((modelId) => registry.getModelEntry(modelId)?.isDelegated);
  isElsewhere();
  await interceptPeers<unknown>((rpc, handler) => {
    rpc._stream.on('close', () => {
      // Not while it loads: the SDK tells what went wrong, or loads the model here.
      if (!isElsewhere()) return;
      fs.writeSync(STDERR, `${ENGINE_END}the connection to the peer that runs it broke\n`);
      os.kill(os.pid(), 'SIGKILL');
    });
    return handler;
  });
}
