import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkedFetch } from './checked-fetch.js';

/** A curl command as the shell would pass it on: words, with quotes and continued lines resolved. */
function wordsOf(command: string): string[] {
  const words = command.replaceAll('\\\n', ' ').match(/'[^']*'|"[^"]*"|\S+/g) ?? [];
  return words.map((word) => (/^['"]/.test(word) ? word.slice(1, -1) : word));
}

/**
 * Does what a curl command of the document does, with the options that the document uses. A fresh machine has no curl.
 *
 * @param origin stands in for the document's `http://localhost:11434`.
 * @param folder where the files of `-F name=@file` are.
 */
export async function runCurl(command: string, origin: string, folder: string): Promise<Response> {
  const [curl, ...words] = wordsOf(command);
  if (curl !== 'curl') throw new Error(`not a curl command: ${command}`);
  const headers = new Headers();
  let url = '';
  let method: string | undefined;
  let data: string | undefined;
  let form: FormData | undefined;
  const options: Record<string, (value: string) => void> = {
    '-X': (value) => {
      method = value;
    },
    '-H': (value) => {
      const [name = '', text = ''] = value.split(/: */);
      headers.set(name, text);
    },
    '-d': (value) => {
      data = value;
    },
    '-F': (value) => {
      form ??= new FormData();
      const [, name = '', text = ''] = /^(\w+)=(.*)$/s.exec(value) ?? [];
      if (text.startsWith('@'))
        form.set(name, new Blob([new Uint8Array(readFileSync(join(folder, text.slice(1))))]), text.slice(1));
      else form.set(name, text);
    },
  };
  for (let at = 0; at < words.length; at += 1) {
    const option = options[words[at] ?? ''];
    if (option) option(words[++at] ?? '');
    else url = words[at] ?? '';
  }
  if (!url.startsWith('http://localhost:11434/v1/')) throw new Error(`not a URL of the document: ${url}`);
  const body = form ?? data;
  return checkedFetch(url.replace('http://localhost:11434', origin), {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers,
    ...(body !== undefined && { body }),
  });
}
