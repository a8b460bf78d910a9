import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { GatewayStatus } from '../../src/protocol/status.js';
import { type BrowserPage, openUi, useBrowser } from '../support/browser-page.js';
import { WITHOUT_CHROMIUM } from '../support/chromium.js';
import { startGateway } from '../support/gateway.js';
import { untilDead } from '../support/processes.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const STORY = 'org/story:260k';
const config = writeScriptedConfig(folder, [
  [ALPHA, { preload: true, config: { ctx_size: 131_072 } }],
  [BETA, { preload: true, config: { ctx_size: 131_072 } }],
  [{ ...BETA, name: STORY }],
]);
const gateway = await startGateway(['-v', '-c', config], folder);
useBrowser();

async function pidOf(alias: string): Promise<number> {
  const status = (await (await fetch(`${gateway.url}/qvac/v1/status`)).json()) as GatewayStatus;
  return status.models.find(({ id }) => id === alias)?.pid as number;
}

describe('the page', { skip: WITHOUT_CHROMIUM }, () => {
  let ui: BrowserPage;
  beforeEach(async () => {
    ui = await openUi(gateway.url);
  });
  afterEach(async () => {
    await ui.page.close();
    assert.deepEqual(ui.problems, []);
  });

  const button = (name: string) => ui.page.getByRole('button', { name, exact: true });

  async function ask(model: string, question: string): Promise<void> {
    await ui.page.getByLabel('Model', { exact: true }).selectOption(model);
    await ui.page.getByLabel('Message').fill(question);
    await ui.page.keyboard.press('Enter');
  }

  test('loads a model, chats with it, draws its rate, and unloads it', async () => {
    await ui.untilState(STORY, 'idle');
    await button(`Load ${STORY}`).click();
    await ui.untilState(STORY, 'ready');
    await ask(STORY, 'Hello!');
    await ui.page.getByText(/^first token .* tokens$/).waitFor();
    assert.equal(await ui.page.getByTestId('reply').textContent(), fallbackOf(BETA));
    await ui
      .model(STORY)
      .getByRole('img', { name: /[1-9]\d* at most$/ })
      .waitFor();
    await ui
      .model(STORY)
      .getByText(/^\d+\sMB$/)
      .waitFor();
    await button(`Unload ${STORY}`).click();
    await ui.untilState(STORY, 'idle');
    await ui.page.getByRole('status').getByText(`${STORY} is idle`).waitFor();
  });

  test('says how long the first token took, and how many came in a second', async () => {
    await ui.page.getByText('Settings').click();
    await ui.page.getByLabel('Most tokens').fill('3000');
    await ask('alpha', 'for ever');
    await ui.page.getByText(/^first token [\d.]+ m?s · [\d.]+ tokens\/s · 3000 tokens · length$/).waitFor();
  });

  test('offers to load the model to chat with', async () => {
    await ui.page.getByLabel('Model', { exact: true }).selectOption(STORY);
    await button('Load it now').press('Enter');
    await ui.untilState(STORY, 'ready');
    await button('Load it now').waitFor({ state: 'detached' });
    assert.equal(await ui.page.evaluate('document.activeElement.id'), 'chat-model');
    await button(`Unload ${STORY}`).click();
    await ui.untilState(STORY, 'idle');
  });

  test('shows a crash with its reason and code, that the model comes back, and what the log says', async () => {
    await ui.untilState('beta', 'ready');
    await ask('beta', 'for ever');
    await ui.page.getByTestId('reply').getByText('uno due tre').waitFor();
    const pid = await pidOf('beta');
    process.kill(pid, 'SIGKILL');
    await untilDead(pid);
    const exit = ui.model('beta').getByTestId('last-exit');
    await exit.getByText(/Crashed .* ago: its engine process was killed by SIGKILL worker_crashed/).waitFor();
    await ui.page.locator('.exchange .problem').getByText('worker_crashed').waitFor();
    await ui.untilState('beta', 'ready');
    await ui.page.getByRole('status').getByText('beta is ready').waitFor();
    await ui.untilState('alpha', 'ready');
    await ui.page.getByRole('heading', { name: 'Log' }).click();
    await ui.page.getByLabel('Lines about').selectOption('beta');
    const lines = ui.page.getByRole('list', { name: 'Lines of the log' });
    await lines.getByText('model worker died').waitFor();
    assert.equal(await lines.getByText('alpha', { exact: true }).count(), 0);
    await ask('beta', 'Hello!');
    await ui.page.getByTestId('reply').getByText(fallbackOf(BETA)).waitFor();
  });

  test('stops a reply, which frees the engine, and keeps what was said', async () => {
    await ask('alpha', 'for ever');
    await ui.page.getByTestId('reply').getByText('one two three').waitFor();
    await ui.model('alpha').getByText('1 / 1').waitFor();
    await button('Stop').click();
    await ui.page.getByText('stopped', { exact: true }).waitFor();
    await ui.model('alpha').getByText('0 / 1').waitFor();
    await ui.page.getByRole('button', { name: 'Clear' }).click();
    assert.equal(await ui.page.locator('.exchange').count(), 0);
  });

  test('shows as text what looks like a page', async () => {
    const markup = '<img src=x onerror=alert(1)><b>bold</b>';
    await ask('alpha', markup);
    await ui.page.getByTestId('figures').waitFor();
    assert.equal(await ui.page.locator('.question').textContent(), markup);
    assert.equal(await ui.page.locator('.exchange img, .exchange b').count(), 0);
  });

  test('sends the settings, and shows what the gateway says of wrong ones', async () => {
    await ui.page.getByText('Settings').click();
    await ui.page.getByLabel('Most tokens').fill('2');
    await ask('alpha', 'Hello!');
    await ui.page.getByText(/ · 2 tokens · length$/).waitFor();
    await ui.page.getByLabel('Temperature').fill('5');
    await ask('alpha', 'Hello!');
    await ui.page
      .locator('.exchange .problem')
      .filter({ hasText: /'temperature'.*invalid_value$/ })
      .waitFor();
  });

  test('says what was not done until it is done, by whomever', async () => {
    await ui.untilState(STORY, 'idle');
    await ui.page.route('**/load', (route) => route.abort());
    await button(`Load ${STORY}`).click();
    const refusal = ui.model(STORY).getByText('unreachable');
    await refusal.waitFor();
    await fetch(`${gateway.url}/qvac/v1/models/${STORY}/load`, { method: 'POST' });
    await ui.untilState(STORY, 'ready');
    await refusal.waitFor({ state: 'detached' });
    await fetch(`${gateway.url}/v1/models/${STORY}`, { method: 'DELETE' });
    await ui.untilState(STORY, 'idle');
    assert.equal(await refusal.count(), 0);
  });

  test('gives up a stream that says nothing any more, and opens another', async () => {
    await ui.page.clock.install();
    await ui.page.reload();
    await ui.untilState('alpha', 'ready');
    const mark = await gateway.mark();
    await ui.page.clock.fastForward(60_000); // as a machine that slept
    await gateway.logged(({ msg, path }) => msg === 'request completed' && path === '/qvac/v1/events', mark);
    await ui.page.clock.fastForward(3_000);
    await fetch(`${gateway.url}/v1/models/beta`, { method: 'DELETE' });
    await ui.page.getByRole('status').getByText('beta is idle').waitFor();
    await fetch(`${gateway.url}/qvac/v1/models/beta/load`, { method: 'POST' });
  });

  test('keeps nothing for each second that somebody looks at it', async () => {
    await ui.page.clock.install();
    await ui.page.addInitScript(`{
      const { addEventListener, removeEventListener } = AbortSignal.prototype;
      window.listeners = new Set();
      AbortSignal.prototype.addEventListener = function (type, listener, ...rest) {
        window.listeners.add(listener);
        return addEventListener.call(this, type, listener, ...rest);
      };
      AbortSignal.prototype.removeEventListener = function (type, listener, ...rest) {
        window.listeners.delete(listener);
        return removeEventListener.call(this, type, listener, ...rest);
      };
    }`);
    let looks = 0;
    ui.page.on('request', (request) => {
      if (request.url().endsWith('/status')) looks += 1;
    });
    await ui.page.reload();
    while (looks < 5) {
      await ui.page.waitForResponse('**/status');
      await ui.page.clock.fastForward(1_000);
    }
    const kept = (await ui.page.evaluate('listeners.size')) as number;
    assert.ok(kept <= 2, `${kept} listeners`); // pauses that go on now
  });

  test('asks nothing while nobody looks at it', async () => {
    await ui.untilState('alpha', 'ready');
    const mark = await gateway.mark();
    await ui.page.evaluate(`
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
      document.dispatchEvent(new Event('visibilitychange'));
    `);
    await gateway.logged(({ msg, path }) => msg === 'request completed' && path === '/qvac/v1/events', mark);
    await fetch(`${gateway.url}/v1/models/beta`, { method: 'DELETE' });
    await ui.page.evaluate(`
      delete document.visibilityState;
      document.dispatchEvent(new Event('visibilitychange'));
    `);
    await ui.untilState('beta', 'idle');
  });
});
