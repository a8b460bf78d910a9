/** The SDK's worker without any engine: it downloads. */
import { endWithParent } from './end-with-parent.js';
import { leaveOut } from './leave-out.js';
import { outliveInterrupt } from './outlive-interrupt.js';
import { surviveWriteErrors } from './survive-write-errors.js';

endWithParent();
outliveInterrupt();
surviveWriteErrors();
leaveOut(['documents', 'languages']);
const { ensureRPCSetup, initializeWorkerCore } = await import('@qvac/sdk/worker-core');
const { hasRPCConfig } = initializeWorkerCore();
if (hasRPCConfig) ensureRPCSetup();
