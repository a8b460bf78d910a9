/** A text in whose `http(s)` URLs neither passwords nor queries are left: those may be secrets. */
export function hideInUrls(text: string): string {
  return text.replace(/https?:\/\/[^\s"']+/g, (url) =>
    url.replace(/\/\/[^/@]*@/, '//…@').replace(/\?[^#]*/, '?…'),
  );
}
