import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** What `vite build` makes of `ui/`, beside the compiled program. */
const FILE = new URL('../../../ui/index.html', import.meta.url);

/** The page, and the headers that say what it may do. */
export interface UiPage {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Reads the page. Its script and its style are in it, and no others run: each is allowed by its hash.
 *
 * @throws Node's error `ENOENT` if the page was not built.
 */
export async function readUiPage(): Promise<UiPage> {
  const html = await readFile(FILE, 'utf8');
  const policy = [
    "default-src 'none'",
    `script-src ${hashesOf(html, 'script')}`,
    `style-src ${hashesOf(html, 'style')}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return {
    html,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
      etag: `"${sha256(html)}"`,
    },
  };
}

function hashesOf(html: string, element: 'script' | 'style'): string {
  const contents = html.matchAll(new RegExp(`<${element}\\b[^>]*>(.*?)</${element}>`, 'gs'));
  return [...contents].map(([, content = '']) => `'sha256-${sha256(content)}'`).join(' ') || "'none'";
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
