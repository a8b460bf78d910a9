/** The SDK's worker without any engine: it downloads. */
import { ensureRPCSetup, initializeWorkerCore } from '@qvac/sdk/worker-core';

const { hasRPCConfig } = initializeWorkerCore();
if (hasRPCConfig) ensureRPCSetup();
