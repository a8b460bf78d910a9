import { after, before } from 'node:test';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { findChromium } from './chromium.js';

/** For one wait. A small machine that does much else makes an engine start in half a minute. */
const PATIENCE_MS = 120_000;

/** A gateway's page, as a browser shows it. */
export interface BrowserPage {
  readonly page: Page;
  /** What must not be: errors of scripts, breaches of the page's policy, requests to other origins. */
  readonly problems: readonly string[];
  /** The part of the page about one model. */
  model(alias: string): Locator;
  /** Resolves when the page shows the model in a state. */
  untilState(alias: string, state: string): Promise<void>;
}

let browser: Browser;

/** Has a browser for the tests of a file. Call it at the top level. */
export function useBrowser(): void {
  before(async () => {
    const executablePath = findChromium();
    if (executablePath === undefined) return; // the tests are left out
    // Its sandbox refuses root.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    browser = await chromium.launch({ executablePath, args });
  });
  after(() => browser?.close());
}

/** Opens the page of a gateway, in a profile of its own. */
export async function openUi(url: string, colorScheme: 'light' | 'dark' = 'light'): Promise<BrowserPage> {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(PATIENCE_MS);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    // What a gateway refuses is no fault of the page.
    const isRefusal = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isRefusal) problems.push(message.text());
  });
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== url && protocol !== 'data:') problems.push(`asked ${request.url()}`);
  });
  await page.goto(`${url}/ui`);
  const model = (alias: string) => page.getByRole('article', { name: alias, exact: true });
  return {
    page,
    problems,
    model,
    untilState: (alias, state) =>
      model(alias)
        .getByTestId('state')
        .and(page.getByText(state, { exact: true }))
        .waitFor(),
  };
}
