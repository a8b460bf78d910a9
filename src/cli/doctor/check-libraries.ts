import type { ConfiguredModel } from '../../config/gateway-config.js';
import { findMissingLibraries } from '../../gateway/missing-libraries.js';
import { describeMissingLibrary } from '../../protocol/missing-library.js';
import type { Finding } from './finding.js';

const CHECK = 'libraries';

/** Whether the libraries are there that engines are linked to. Those of models that are configured must be. */
export async function checkLibraries(models: readonly ConfiguredModel[]): Promise<Finding> {
  const [missing] = await findMissingLibraries([
    ...models,
    { alias: 'transcription', type: 'whispercpp-transcription' },
  ]);
  if (!missing) return { check: CHECK, status: 'ok', message: 'all that engines need are there' };
  const users = models.map(({ alias }) => alias).filter((alias) => missing.models.includes(alias));
  return {
    check: CHECK,
    status: users.length > 0 ? 'fail' : 'warn',
    message:
      users.length > 0
        ? `${missing.library} is missing; it is needed by: ${users.join(', ')}`
        : `${missing.library} is missing; models of speech and images need it`,
    advice: describeMissingLibrary(missing.library),
  };
}
