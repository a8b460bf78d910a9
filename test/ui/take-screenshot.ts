/**
 * Makes the picture of the page in the README, of a gateway that was busy for two minutes: `npm run screenshot`. It looks
 * best with the font Inter (`fonts-inter` of Debian).
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { GatewayStatus } from '../../src/protocol/status.js';
import { DEMO_SCRIPT } from '../../src/scripted-model/demo-script.js';
import { findChromium } from '../support/chromium.js';
import { startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const FILE = fileURLToPath(new URL('../../../docs/ui.png', import.meta.url));

/** So long, before its engine is killed, and as long after that. */
const HALF_MS = 55_000;

const folder = tempFolder();
const roomy = { preload: true, config: { ctx_size: 131_072 } };
const config = writeScriptedConfig(folder, [
  [
    { ...DEMO_SCRIPT, name: 'demo' },
    { ...roomy, default: true },
  ],
  [{ ...ALPHA, name: 'writer' }, roomy],
  [{ ...BETA, name: 'translator' }, roomy],
  [{ ...BETA, name: 'org/story:260k' }],
]);
const gateway = await startGateway(['-c', config], folder);
const openai = createOpenAI(gateway.url);
const over = new AbortController();
const { signal } = over;
setMaxListeners(0, signal);

/** Clients that ask again and again; each reply has another length. */
async function keepBusy(model: string, clients: number): Promise<void> {
  const ask = async (client: number): Promise<void> => {
    for (let round = client; !signal.aborted; round += 1) {
      const body = { model, max_tokens: 400 + 1_700 * (round % 5), stream: false } as const;
      const messages = [{ role: 'user', content: 'for ever' }] as const;
      await openai.chat.completions.create({ ...body, messages: [...messages] }, { signal }).catch(() => {});
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, client) => ask(client)));
}

const browser = await chromium.launch({
  ...(findChromium() !== undefined && { executablePath: findChromium() as string }),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
const page = await browser.newPage({
  colorScheme: 'dark',
  viewport: { width: 1280, height: 940 },
});
await page.goto(`${gateway.url}/ui`);
void keepBusy('writer', 3);
void keepBusy('translator', 1);
await delay(HALF_MS);
const status = (await (await fetch(`${gateway.url}/qvac/v1/status`)).json()) as GatewayStatus;
process.kill(status.models.find(({ id }) => id === 'translator')?.pid as number, 'SIGKILL');
await delay(HALF_MS);
for (const [at, question] of ['What are you?', 'Please count.'].entries()) {
  await page.getByLabel('Message').fill(question);
  await page.keyboard.press('Enter');
  await page.getByTestId('figures').nth(at).waitFor();
}
await page.screenshot({ path: FILE });
await browser.close();
over.abort();
await gateway.stop();
