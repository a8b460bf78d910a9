import { request } from 'node:http';

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * Asks over a connection of its own, as a new client would.
 *
 * @param body sent as JSON, if there is one.
 * @throws Node's error if the connection is refused or breaks off.
 */
export function ask(url: string, path: string, body?: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(`${url}${path}`, {
      agent: false,
      method: body === undefined ? 'GET' : 'POST',
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
    });
    call.on('error', reject);
    call.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** A chat's request. */
export function chat(model: string, content: string, rest: object = {}): unknown {
  return { model, messages: [{ role: 'user', content }], ...rest };
}

/** What the model said. */
export function contentOf({ body }: Answer): string | undefined {
  const { choices } = JSON.parse(body) as { choices?: [{ message: { content: string } }] };
  return choices?.[0].message.content;
}
