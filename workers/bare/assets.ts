/** The SDK's worker without any engine: it downloads. */
import { endWithParent } from './end-with-parent.js';
import { leaveOut } from './leave-out.js';
import { outliveInterrupt } from './outlive-interrupt.js';

endWithParent();
outliveInterrupt();
leaveOut(['documents', 'languages']);
const { ensureRPCSetup, initializeWorkerCore } = await import('@qvac/sdk/worker-core');
const { hasRPCConfig } = initializeWorkerCore();
if (hasRPCConfig) ensureRPCSetup();
