import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openUi, useBrowser } from '../support/browser-page.js';
import { WITHOUT_CHROMIUM } from '../support/chromium.js';
import { startGateway } from '../support/gateway.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
useBrowser();

describe('the page', { skip: WITHOUT_CHROMIUM }, () => {
  test('says that its gateway is gone and that it is back, also to those who do not see it', async () => {
    const gateway = await startGateway(['--no-supervisor'], folder);
    const { page, model, untilState } = await openUi(gateway.url);
    await untilState('demo', 'ready');
    const said = page.getByRole('status');
    process.kill(gateway.pid, 'SIGKILL');
    await gateway.exited;
    await said.getByText('The gateway does not answer.').waitFor();
    await model('demo')
      .getByText(/ready for .* when last heard of$/)
      .waitFor();
    assert.match((await model('demo').getByTestId('state').getAttribute('class')) ?? '', /still/);

    // Whatever is said next may take its place at once.
    await page.evaluate(`{
      window.said = [];
      const place = document.querySelector('[role=status]');
      new MutationObserver(() => said.push(place.textContent)).observe(place, { childList: true, subtree: true });
    }`);
    await startGateway(['--no-supervisor', '-p', new URL(gateway.url).port], folder);
    await page.waitForFunction(`said.includes('The gateway answers again.')`);
    await untilState('demo', 'ready');
    assert.equal(await model('demo').getByText('when last heard of').count(), 0);
    await page.close();
  });

  test('breaks no line before a unit', async () => {
    const gateway = await startGateway([], folder);
    const { page, untilState } = await openUi(gateway.url);
    await page.setViewportSize({ width: 360, height: 640 });
    await untilState('demo', 'ready');
    const memory = page.locator('.totals dd').nth(1);
    assert.match((await memory.textContent()) ?? '', /^\d+\u00a0MB \/ [\d.]+\u00a0[MG]B$/);
    await page.close();
  });
});
