/** The SDK's worker without any engine: it downloads. */
import { ensureRPCSetup, initializeWorkerCore } from '@qvac/sdk/worker-core';
import { endWithParent } from './end-with-parent.js';

endWithParent();
const { hasRPCConfig } = initializeWorkerCore();
if (hasRPCConfig) ensureRPCSetup();
