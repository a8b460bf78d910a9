import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, test } from 'node:test';
import { type CachedTurn, ConversationCache } from '../../../src/engine/conversation-cache.js';
import { tempFolder } from '../../support/temp-folder.js';

const SYSTEM = { role: 'system', content: 'You are kind.' };
const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

const root = tempFolder();
let folder: string;
let forgotten: string[];
let cache: ConversationCache;

function createCache(maxBytes: number): void {
  folder = join(root, String(Math.random()));
  forgotten = [];
  cache = new ConversationCache(folder, maxBytes, async (key) => forgotten.push(key));
}

function begin(...history: { role: string; content: string; attachments?: { path: string }[] }[]) {
  const turn = cache.begin({ history });
  assert.ok(turn);
  return turn;
}

/** As the SDK does when a reply has come to its end. */
function write({ key }: CachedTurn, bytes: number): void {
  mkdirSync(join(folder, key, 'model'), { recursive: true });
  writeFileSync(join(folder, key, 'model', 'state.bin'), Buffer.alloc(bytes));
}

async function keep(turn: CachedTurn, reply: string, bytes = 10): Promise<void> {
  write(turn, bytes);
  await cache.end(turn, reply);
}

beforeEach(() => createCache(1_000));

describe('a call', () => {
  test('that goes on with a conversation gets its key, whatever else was said meanwhile', async () => {
    const first = begin(SYSTEM, user('Hello'));
    assert.ok(!first.isHit);
    await keep(first, ' Hi! ');
    const other = begin(SYSTEM, user('Good evening'));
    assert.notEqual(other.key, first.key);
    await keep(other, 'Good evening!');
    const second = begin(SYSTEM, user('Hello'), assistant('Hi!'), user('And now?'));
    assert.deepEqual([second.isHit, second.key], [true, first.key]);
    await keep(second, 'Now this.', 20);
    const several = [assistant('Now this.'), user('one'), user('two')];
    const third = begin(SYSTEM, user('Hello'), assistant('Hi!'), user('And now?'), ...several);
    assert.deepEqual([third.isHit, third.key], [true, first.key]);
  });

  test('that says the same again, or goes another way, starts anew', async () => {
    await keep(begin(SYSTEM, user('Hello')), 'Hi!');
    assert.ok(!begin(SYSTEM, user('Hello')).isHit);
    assert.ok(!begin(SYSTEM, user('Hello'), assistant('Bye!'), user('So?')).isHit);
    assert.ok(
      !begin({ ...SYSTEM, content: 'Be brief.' }, user('Hello'), assistant('Hi!'), user('So?')).isHit,
    );
    const tools = [{ type: 'function' as const, name: 'add', description: '', parameters: {} as never }];
    const history = [SYSTEM, user('Hello'), assistant('Hi!'), user('So?')];
    assert.ok(!cache.begin({ history, tools })?.isHit);
    assert.ok(begin(...history).isHit);
  });

  test('takes its conversation: a second branch starts anew', async () => {
    await keep(begin(SYSTEM, user('Hello')), 'Hi!');
    const turn = [SYSTEM, user('Hello'), assistant('Hi!'), user('So?')];
    assert.ok(begin(...turn).isHit);
    assert.ok(!begin(...turn).isHit);
  });

  test('without exactly one system message, at its start, is not cached, nor one with images', () => {
    assert.equal(cache.begin({ history: [user('Hello')] }), undefined);
    assert.equal(cache.begin({ history: [user('Hello'), SYSTEM] }), undefined);
    assert.equal(cache.begin({ history: [SYSTEM, SYSTEM, user('Hello')] }), undefined);
    const picture = { ...user('Look'), attachments: [{ path: '/picture.png' }] };
    assert.equal(cache.begin({ history: [SYSTEM, picture] }), undefined);
  });

  test('that did not come to its end, or of which nothing was written, leaves nothing', async () => {
    const cut = begin(SYSTEM, user('Hello'));
    write(cut, 10);
    await cache.end(cut, undefined);
    const unwritten = begin(SYSTEM, user('Hello'));
    await cache.end(unwritten, 'Hi!');
    assert.ok(!begin(SYSTEM, user('Hello'), assistant('Hi!'), user('So?')).isHit);
    assert.deepEqual(forgotten, [cut.key, unwritten.key]);
    assert.ok(!existsSync(join(folder, cut.key)));
  });
});

describe('what there is no room for', () => {
  const turnOf = (name: string) => [SYSTEM, user(name), assistant('Hi!'), user('So?')];

  test('goes, that which was not used for longest first', async () => {
    createCache(25);
    for (const name of ['a', 'b']) await keep(begin(SYSTEM, user(name)), 'Hi!');
    await keep(begin(...turnOf('a')), 'Well.'); // a is newer than b now
    await keep(begin(SYSTEM, user('c')), 'Hi!');
    assert.equal(forgotten.length, 1);
    assert.ok(!begin(...turnOf('b')).isHit);
    assert.ok(begin(...turnOf('c')).isHit);
    assert.ok(begin(...turnOf('a'), assistant('Well.'), user('And?')).isHit);
  });

  test('goes at once if it is too large alone', async () => {
    createCache(25);
    const turn = begin(SYSTEM, user('a'));
    await keep(turn, 'Hi!', 26);
    assert.deepEqual(forgotten, [turn.key]);
    assert.ok(!existsSync(join(folder, turn.key)));
    await keep(begin(SYSTEM, user('b')), 'Hi!');
    assert.ok(begin(...turnOf('b')).isHit);
  });

  test('goes from the disk, even when the engine does not answer', async () => {
    createCache(5);
    cache = new ConversationCache(folder, 5, () => Promise.reject(new Error('gone')));
    const turn = begin(SYSTEM, user('a'));
    await keep(turn, 'Hi!');
    assert.ok(!existsSync(join(folder, turn.key)));
  });
});
