/** What models, engines and other servers say is not for a terminal to obey. Lines and tabs stay. */
export function toHarmless(text: string): string {
  return text.replace(/\p{Cc}/gu, (char) => (char === '\n' || char === '\t' ? char : ''));
}
