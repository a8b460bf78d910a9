import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readImages } from '../../../../src/http/openai/chat-images.js';
import { messageSchema } from '../../../../src/http/openai/chat-messages.js';
import { createPng } from '../../../support/png.js';

const PNG = createPng(2, 2);
const PARAM = 'messages[0].content[0].image_url.url';
const RULES = {
  hosts: ['images.example', 'other.example:8080', 'usual.example:443'],
  takesImages: (alias: string) => alias === 'sees',
};

/** @param content its bytes; of a string, one per character. */
const dataUrl = (content: Uint8Array | string, type = 'png') => {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : Buffer.from(content);
  return `data:image/${type};base64,${bytes.toString('base64')}`;
};
const message = (url: string, role = 'user') =>
  messageSchema.parse({
    role,
    tool_call_id: 'call',
    name: 'f',
    content: [{ type: 'image_url', image_url: { url } }],
  });
const read = (url: string, role?: string, alias = 'sees') =>
  readImages([message(url, role)], alias, RULES, AbortSignal.abort(new Error('would fetch')));
const isRefusal = (message: RegExp) => ({ code: 'unsupported_image_content', param: PARAM, message });

test('an image in a data URL is read, whatever its URL says that it is', async () => {
  const image = { extension: 'png', bytes: PNG, param: PARAM };
  for (const url of [
    dataUrl(PNG),
    dataUrl(PNG, 'x-unknown'),
    dataUrl(PNG).replace('base64,', 'BASE64,\n '),
  ]) {
    assert.deepEqual(await read(url), [[image]]);
  }
});

test('each message has its own images', async () => {
  const text = messageSchema.parse({ role: 'user', content: 'Hello!' });
  const images = await readImages(
    [message(dataUrl(PNG)), text, message(dataUrl('GIF89a'))],
    'sees',
    RULES,
    new AbortController().signal,
  );
  assert.deepEqual(
    images.map((own) => own.map(({ extension, param }) => [extension, param])),
    [[['png', PARAM]], [], [['gif', PARAM.replace('messages[0]', 'messages[2]')]]],
  );
});

test('the formats that the engine reads are known by their content', async () => {
  for (const [start, extension] of [
    ['\xff\xd8\xff\xe0', 'jpg'],
    ['GIF87a', 'gif'],
    ['BM', 'bmp'],
  ] as const) {
    const [[image] = []] = await read(dataUrl(start));
    assert.equal(image?.extension, extension);
  }
  for (const start of [
    'RIFF\0\0\0\0WEBPVP8 ',
    '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'RIFF\0\0\0\0WAVE',
    '\x89PN',
  ]) {
    await assert.rejects(read(dataUrl(start)), isRefusal(/send a PNG, JPEG, GIF or BMP/));
  }
});

test('what is not base64 is refused', async () => {
  for (const base64 of ['', '!', 'iVBO=w0K', 'iVBORw0KGgo===', '%69VBORw0KGgo=']) {
    await assert.rejects(read(`data:image/png;base64,${base64}`), isRefusal(/not valid base64/));
  }
});

test('what is neither a data URL of an image nor an address is refused', async () => {
  for (const url of [
    '',
    'a.png',
    'file:///etc/passwd',
    'ftp://images.example/a.png',
    'data:text/plain,x',
    'data:image/png,x',
  ]) {
    await assert.rejects(read(url), isRefusal(/must be a data URL .* or an http\(s\) URL/));
  }
});

test('only a host of the list is asked, at its usual port unless the list has another', async () => {
  for (const url of [
    'http://images.example/a.png',
    'https://IMAGES.example:443/a.png?size=1',
    'http://other.example:8080/a.png',
    'https://usual.example/a.png',
  ]) {
    await assert.rejects(read(url), /would fetch/);
  }
  for (const [url, host] of [
    ['http://images.example:8080/a.png', 'images.example:8080'],
    ['http://other.example/a.png', 'other.example'],
    ['http://usual.example/a.png', 'usual.example'],
    ['https://usual.example:8443/a.png', 'usual.example:8443'],
    ['https://images.example.evil.example/a.png', 'images.example.evil.example'],
    ['https://images.example@evil.example/a.png', 'evil.example'],
    ['http://2130706433/a.png', '127.0.0.1'],
    ['http://[::1]/a.png', '[::1]'],
  ] as const) {
    await assert.rejects(read(url), {
      ...isRefusal(/./),
      message: `Images are not fetched from '${host}'. Send the image as a data URL, or add the host to serve.imageHosts in the gateway's config.`,
    });
  }
});

test('an address with a password is refused', async () => {
  for (const user of ['me:secret@', 'me@', ':secret@']) {
    await assert.rejects(read(`https://${user}images.example/a.png`), isRefusal(/user name or a password/));
  }
});

test('nothing is fetched for a request that has a bad image too', async () => {
  const messages = [message('http://images.example/a.png'), message('data:image/png;base64,!')];
  await assert.rejects(readImages(messages, 'sees', RULES, AbortSignal.abort(new Error('would fetch'))), {
    param: 'messages[1].content[0].image_url.url',
  });
});

test('a model without a projector takes no image, and nothing is fetched for it', async () => {
  for (const url of ['http://images.example/a.png', dataUrl(PNG)]) {
    await assert.rejects(
      read(url, 'user', 'blind'),
      isRefusal(/'blind' takes no images: .* projectionModelSrc/),
    );
  }
});

test('only a user message can hold images', async () => {
  for (const role of ['system', 'developer', 'assistant', 'tool', 'function']) {
    await assert.rejects(
      read(dataUrl(PNG), role),
      isRefusal(new RegExp(`A ${role} message can't hold images`)),
    );
  }
});
