import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { openUi, useBrowser } from '../support/browser-page.js';
import { WITHOUT_CHROMIUM } from '../support/chromium.js';
import { startGateway } from '../support/gateway.js';
import { tempFolder } from '../support/temp-folder.js';
import { FAINT_TEXTS } from './faint-texts.js';

const gateway = await startGateway([], tempFolder());
useBrowser();

/** Presses Tab until what has a name has the focus, and fails if that is nowhere to be found. */
async function tabTo(page: Page, name: string): Promise<void> {
  const target = page.getByLabel(name).or(page.getByRole('button', { name, exact: true }));
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    if ((await target.and(page.locator(':focus')).count()) === 1) return;
  }
  assert.fail(`${name} can't be reached by Tab`);
}

describe('the page', { skip: WITHOUT_CHROMIUM }, () => {
  test('is used by keyboard alone, and the focus is seen', async () => {
    const { page, untilState } = await openUi(gateway.url);
    await untilState('demo', 'ready');
    await tabTo(page, 'Unload demo');
    const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
    assert.equal(outline, 'solid');
    await page.keyboard.press('Enter');
    await untilState('demo', 'idle');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Space');
    await untilState('demo', 'ready');
    await tabTo(page, 'Message');
    await page.keyboard.type('count');
    await page.keyboard.press('Control+Enter');
    await page.getByTestId('reply').getByText('1, 2, 3').waitFor();
    await page
      .getByRole('status')
      .getByText(/^demo says: 1, 2, 3/)
      .waitFor();
    await page.close();
  });

  test('has a reply read out also if it is the same as the last one', async () => {
    const { page, untilState } = await openUi(gateway.url);
    await untilState('demo', 'ready');
    const said = page.getByRole('status').getByText(/^demo says: Hello/);
    const ask = async () => {
      await page.getByLabel('Message').fill('Hello!');
      await page.keyboard.press('Enter');
    };
    await ask();
    const first = await said.elementHandle();
    await page.getByTestId('figures').first().waitFor();
    await ask();
    await page.getByTestId('figures').nth(1).waitFor();
    await first?.waitForElementState('hidden'); // what is read out is new
    await said.waitFor();
    await page.close();
  });

  test('has landmarks, headings in order, names for all controls, and ids that are unique', async () => {
    const { page, untilState } = await openUi(gateway.url);
    await untilState('demo', 'ready');
    await page.getByText('Settings').click();
    await page.getByRole('heading', { name: 'Log' }).click();
    await page.getByRole('list', { name: 'Lines of the log' }).waitFor();
    for (const role of ['banner', 'main', 'status'] as const) {
      assert.equal(await page.getByRole(role).count(), 1, role);
    }
    for (const name of ['Models', 'Playground', 'Log', 'All models']) {
      assert.equal(await page.getByRole('region', { name, exact: true }).count(), 1, name);
    }
    const levels = (await page.evaluate(
      `[...document.querySelectorAll('h1, h2, h3')].map(({ tagName }) => Number(tagName[1]))`,
    )) as number[];
    assert.equal(levels[0], 1);
    for (const [at, level] of levels.entries()) assert.ok(level <= (levels[at - 1] ?? 1) + 1, String(levels));

    const session = await page.context().newCDPSession(page);
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    const controls = nodes.filter(
      ({ role, ignored }) =>
        !ignored && ['button', 'textbox', 'combobox', 'spinbutton', 'radio', 'img'].includes(role?.value),
    );
    assert.ok(controls.length >= 12, `only ${controls.length} controls`);
    const nameless = controls.filter(({ name }) => !name?.value).map(({ role }) => role?.value);
    assert.deepEqual(nameless, []);
    assert.equal(
      await page.evaluate(
        `(ids => ids.length - new Set(ids).size)([...document.querySelectorAll('[id]')].map(({ id }) => id))`,
      ),
      0,
    );
    assert.equal(await page.evaluate('document.documentElement.lang'), 'en');
    await page.close();
  });

  for (const scheme of ['light', 'dark'] as const) {
    test(`has enough contrast when it is ${scheme}`, async () => {
      const { page, untilState } = await openUi(gateway.url, scheme);
      await untilState('demo', 'ready');
      await page.getByLabel('Message').fill('Hello!');
      await page.keyboard.press('Enter');
      await page.getByTestId('figures').waitFor();
      await page.getByText('Settings').click();
      await page.getByRole('heading', { name: 'Log' }).click();
      await page.getByText('gateway started').waitFor();
      assert.deepEqual(await page.evaluate(FAINT_TEXTS), []);
      await page.close();
    });
  }

  test('is light or dark as the system is, or as it is told, also after a reload', async () => {
    const { page } = await openUi(gateway.url, 'dark');
    const ground = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    const dark = await ground();
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await ground();
    assert.notEqual(dark, light);
    await page.getByText('Dark', { exact: true }).click();
    assert.equal(await ground(), dark);
    await page.reload();
    await page.getByRole('radio', { name: 'Dark', checked: true }).waitFor();
    assert.equal(await ground(), dark);
    await page.close();
  });

  test('fits a narrow screen', async () => {
    const { page, untilState } = await openUi(gateway.url);
    await page.setViewportSize({ width: 320, height: 640 });
    await untilState('demo', 'ready');
    await page.getByRole('heading', { name: 'Log' }).click();
    await page.getByText('gateway started').waitFor();
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320);
    await page.close();
  });

  test('does not move where the user wants none of that', async () => {
    const { page } = await openUi(gateway.url);
    const animation = () =>
      page.evaluate(`(() => {
        const badge = document.createElement('span');
        badge.className = 'badge busy';
        document.body.append(badge);
        return getComputedStyle(badge, '::before').animationName;
      })()`);
    assert.equal(await animation(), 'pulse');
    await page.emulateMedia({ reducedMotion: 'reduce' });
    assert.equal(await animation(), 'none');
    await page.close();
  });
});
