import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openUi, useBrowser } from '../support/browser-page.js';
import { WITHOUT_CHROMIUM } from '../support/chromium.js';
import { startEndlessStream } from '../support/endless-stream.js';
import { startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

/** With the stream of events, more than a browser has connections. */
const WAITING = ['one', 'two', 'three', 'four', 'five', 'six'];

const folder = tempFolder();
const config = writeScriptedConfig(
  folder,
  [
    [ALPHA, { preload: true, config: { ctx_size: 131_072 } }],
    ...WAITING.map((name) => [{ ...BETA, name }] as const),
  ],
  { maxLoaded: 1 },
);
const gateway = await startGateway(['-c', config], folder);
useBrowser();

describe('the page', { skip: WITHOUT_CHROMIUM }, () => {
  test('waits for each of several loads, and still hears of the gateway', async () => {
    const stream = await startEndlessStream(createOpenAI(gateway.url), ALPHA);
    const { page, problems, untilState } = await openUi(gateway.url);
    await untilState('alpha', 'ready');
    const loaded = WAITING.map((alias) =>
      gateway.logged(({ msg, model }) => msg === 'model loaded' && model === alias),
    );
    for (const alias of WAITING)
      await page.getByRole('button', { name: `Load ${alias}`, exact: true }).click();
    for (const alias of WAITING.slice(0, 2)) await untilState(alias, 'loading');
    for (let looks = 0; looks < 2; looks += 1) await page.waitForResponse('**/status');
    await stream.stop();
    await Promise.all(loaded);
    await untilState('six', 'ready');
    assert.deepEqual(problems, []);
    await page.close();
  });
});
