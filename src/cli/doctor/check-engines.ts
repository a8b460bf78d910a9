import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Finding } from './finding.js';

const CHECK = 'engines';

/** A package of the SDK with native code. */
interface Engine {
  readonly name: string;
  /** As `linux-x64`. */
  readonly platforms: readonly string[];
}

/** Whether the SDK's engines are there, in the form that this machine runs. */
export function checkEngines(): Finding {
  const platform = `${process.platform}-${process.arch}`;
  let engines: Engine[];
  try {
    engines = findEngines();
  } catch (error) {
    return {
      check: CHECK,
      status: 'fail',
      message: `@qvac/sdk can't be used: ${(error as Error).message}`,
      advice: 'Install the gateway again: npm install qvac-gateway.',
    };
  }
  const absent = engines.filter(({ platforms }) => !platforms.includes(platform));
  if (absent.length === 0) {
    return { check: CHECK, status: 'ok', message: `${engines.length} for ${platform}` };
  }
  const names = absent.map(({ name }) => name).join(', ');
  return absent.length === engines.length
    ? {
        check: CHECK,
        status: 'fail',
        message: `none for ${platform}`,
        advice: `Run it on one of: ${[...new Set(engines.flatMap((engine) => engine.platforms))].join(', ')}.`,
      }
    : {
        check: CHECK,
        status: 'warn',
        message: `none for ${platform} of: ${names}`,
        advice: 'Models of these kinds can not be loaded here.',
      };
}

function findEngines(): Engine[] {
  const sdk = folderOf('@qvac/sdk', import.meta.url);
  if (!sdk) throw new Error('it is not installed');
  const manifest = join(sdk, 'package.json');
  const { dependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as { dependencies: object };
  return Object.keys(dependencies)
    .filter((name) => name.startsWith('@qvac/'))
    .flatMap((name) => {
      const folder = folderOf(name, manifest);
      if (!folder) throw new Error(`it needs ${name}, which is not installed`);
      const prebuilds = join(folder, 'prebuilds');
      return existsSync(prebuilds) ? { name, platforms: readdirSync(prebuilds) } : [];
    });
}

/** Where a package is, as seen from a file. Not all let their package.json be resolved, and none must be loaded. */
function folderOf(name: string, from: string): string | undefined {
  const folders = createRequire(from).resolve.paths(name) ?? [];
  return folders.map((folder) => join(folder, name)).find((folder) => existsSync(folder));
}
