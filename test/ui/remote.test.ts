import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openUi, useBrowser } from '../support/browser-page.js';
import { WITHOUT_CHROMIUM } from '../support/chromium.js';
import { foreignFrame, startForeignServer } from '../support/foreign-server.js';
import { startGateway } from '../support/gateway.js';
import { addRemotes } from '../support/remote-config.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const foreign = await startForeignServer(['usual', 'terse']);
foreign.answers.set('terse', (response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const frame = foreignFrame({ content: 'without a space' });
  response.end(`${frame.replace('data: ', 'data:')}data:[DONE]\n\n`);
});
const entry = { url: foreign.url };
const config = addRemotes(join(folder, 'qvac.config.json'), {
  usual: { ...entry, model: 'usual' },
  terse: { ...entry, model: 'terse', category: 'chat' },
});
const gateway = await startGateway(['-c', config], folder);
useBrowser();

describe('the page', { skip: WITHOUT_CHROMIUM }, () => {
  test('shows the replies of other servers, which write their frames in ways of their own', async () => {
    const { page, problems } = await openUi(gateway.url);
    const answerOf = async (model: string) => {
      await page.getByLabel('Model', { exact: true }).selectOption(model);
      await page.getByLabel('Message').fill('Hello!');
      await page.keyboard.press('Enter');
      await page.getByTestId('figures').waitFor();
      const text = await page.getByTestId('reply').textContent();
      await page.getByRole('button', { name: 'Clear' }).click();
      return text;
    };
    await page.getByRole('button', { name: 'Unload usual', disabled: true }).waitFor();
    assert.equal(await answerOf('usual'), 'in parts: €🙂');
    assert.equal(await answerOf('terse'), 'without a space');
    assert.deepEqual(problems, []);
    await page.close();
  });
});
