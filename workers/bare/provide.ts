/** The SDK's worker of `qvac provide`: it runs models of this machine for other peers. */
import env from 'bare-env';
import { endWithParent } from './end-with-parent.js';
import { guardPeers } from './guard-peers.js';
import { leaveOut } from './leave-out.js';
import { outliveInterrupt } from './outlive-interrupt.js';
import type { Offer } from './peer-request.js';
import { preferNewest } from './prefer-newest.js';
import { stayOnLoopback } from './stay-on-loopback.js';
import { streamWithoutPolling } from './stream-without-polling.js';

endWithParent();
outliveInterrupt();
leaveOut(['documents', 'languages']);
await stayOnLoopback();
await preferNewest();
const offers = JSON.parse(env.QVAC_GATEWAY_OFFERS ?? '[]') as Offer[];
await guardPeers(offers);
const { ensureRPCSetup, initializeWorkerCore } = await import('@qvac/sdk/worker-core');
const { registerPlugin } = await import('@qvac/sdk/plugins');
const { llmPlugin } = await import('@qvac/sdk/llamacpp-completion/plugin');
const { hasRPCConfig } = initializeWorkerCore();
registerPlugin({
  ...llmPlugin,
  createModel(params) {
    const { threads } = offers.find(({ source }) => source === params.modelName) ?? {};
    const modelConfig = { ...(threads && { threads }), ...params.modelConfig };
    const result = llmPlugin.createModel({ ...params, modelConfig });
    streamWithoutPolling(result.model);
    return result;
  },
});
if (hasRPCConfig) ensureRPCSetup();
