import { findMissingLibraries } from '../../src/gateway/missing-libraries.js';

const [missing] = await findMissingLibraries([{ alias: 'whisper', type: 'whispercpp-transcription' }]);

/** For `skip`: why tests that need whisper.cpp can't run on this machine. `npm test` says it again at its end. */
export const WITHOUT_VULKAN = missing ? `${missing.library} is missing` : false;
