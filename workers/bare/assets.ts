/** The SDK's worker without any engine: it downloads. */
import { ensureRPCSetup, initializeWorkerCore } from '@qvac/sdk/worker-core';
import { endWithParent } from './end-with-parent.js';
import { outliveInterrupt } from './outlive-interrupt.js';

endWithParent();
outliveInterrupt();
const { hasRPCConfig } = initializeWorkerCore();
if (hasRPCConfig) ensureRPCSetup();
