/** The SDK's worker of `qvac provide`: it runs models of this machine for other peers. */
import env from 'bare-env';
import { endWithParent } from './end-with-parent.js';
import { guardPeers } from './guard-peers.js';
import { leaveOut } from './leave-out.js';
import { outliveInterrupt } from './outlive-interrupt.js';
import { stayOnLoopback } from './stay-on-loopback.js';
import { streamWithoutPolling } from './stream-without-polling.js';

endWithParent();
outliveInterrupt();
leaveOut(['documents', 'languages']);
await stayOnLoopback();
await guardPeers(JSON.parse(env.QVAC_GATEWAY_OFFERS ?? '[]'));
const { ensureRPCSetup, initializeWorkerCore } = await import('@qvac/sdk/worker-core');
const { registerPlugin } = await import('@qvac/sdk/plugins');
const { llmPlugin } = await import('@qvac/sdk/llamacpp-completion/plugin');
const { hasRPCConfig } = initializeWorkerCore();
registerPlugin({
  ...llmPlugin,
  createModel(params) {
    const result = llmPlugin.createModel(params);
    streamWithoutPolling(result.model);
    return result;
  },
});
if (hasRPCConfig) ensureRPCSetup();
