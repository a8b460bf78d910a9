export const ORIGIN_ADVICE =
  'must be an origin, as https://app.example.com; for all of them, enable CORS without origins';

/** Scheme and authority only. `null`, which browsers send for every sandboxed frame, would be anyone. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@\\*]+\/?$/i;

/** An origin as a browser writes it in the `Origin` header; `undefined` if the text is none. */
export function toOrigin(text: string): string | undefined {
  if (!ORIGIN.test(text) || !URL.canParse(text)) return undefined;
  const { origin, protocol, host } = new URL(text);
  // For the schemes of desktop apps (app://, vscode-webview://) the URL standard knows no origin; browsers write one.
  return origin === 'null' ? `${protocol}//${host}` : origin;
}
