import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openUi, useBrowser } from '../support/browser-page.js';
import { WITHOUT_CHROMIUM } from '../support/chromium.js';
import { startGateway } from '../support/gateway.js';
import { tempFolder } from '../support/temp-folder.js';

const KEY = 'sk-page-51ce';
const gateway = await startGateway([], tempFolder(), { QVAC_API_KEY: KEY });
useBrowser();

describe('a server that wants a key', { skip: WITHOUT_CHROMIUM }, () => {
  test('is asked with the one that is typed in, which the tab keeps and nothing else', async () => {
    const { page, problems, untilState } = await openUi(gateway.url);
    const field = page.getByLabel('API key');
    await field.fill('sk-wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('does not know this key').waitFor();
    await field.fill(KEY);
    await page.getByRole('button', { name: 'Continue' }).click();
    await untilState('demo', 'ready');
    await page.getByLabel('Message').fill('Hello!');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByTestId('reply').getByText('I am the demo model').waitFor();

    // A change comes by the stream of events.
    await page.getByRole('button', { name: 'Unload demo' }).click();
    await page.getByRole('status').getByText('demo is idle').waitFor();

    await page.reload();
    await untilState('demo', 'idle');
    assert.equal(await page.evaluate('localStorage.length'), 0);
    assert.equal(await page.evaluate('document.cookie'), '');
    assert.ok(!page.url().includes(KEY));

    await page.getByRole('button', { name: 'Forget key' }).click();
    await page.getByRole('heading', { name: 'This server wants a key' }).waitFor();
    assert.equal(await page.evaluate('sessionStorage.length'), 0);
    assert.deepEqual(problems, []);
    await page.close();
  });
});
