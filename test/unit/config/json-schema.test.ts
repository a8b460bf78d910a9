import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { createJsonSchema } from '../../../src/config/json-schema.js';

// From dist/test/unit/config/ up to the root.
const root = new URL('../../../../', import.meta.url);

interface Node {
  readonly properties?: Record<string, Node>;
  readonly anyOf?: Node[];
  readonly items?: Node;
  readonly additionalProperties?: Node | boolean;
  readonly description?: string;
}

/** Every key that a user can write, with its description. */
function keysOf(node: Node): [string, string | undefined][] {
  const own = Object.entries(node.properties ?? {}).flatMap(
    ([key, field]): [string, string | undefined][] => [[key, field.description], ...keysOf(field)],
  );
  const inner = [
    ...(node.anyOf ?? []),
    ...(node.items ? [node.items] : []),
    ...(typeof node.additionalProperties === 'object' ? [node.additionalProperties] : []),
  ];
  return [...own, ...inner.flatMap(keysOf)];
}

test('qvac.config.schema.json is what the schema generates', async () => {
  const committed: unknown = JSON.parse(await readFile(new URL('qvac.config.schema.json', root), 'utf8'));
  assert.deepEqual(
    committed,
    createJsonSchema(),
    'qvac.config.schema.json is out of date: run `npm run schema`',
  );
});

test('every key has a description, and docs/configuration.md names it', async () => {
  const page = await readFile(new URL('docs/configuration.md', root), 'utf8');
  const keys = keysOf(createJsonSchema() as Node);
  assert.ok(keys.length > 15);
  for (const [key, description] of keys) {
    assert.ok(description, `${key} has no description`);
    assert.ok(page.includes(`\`${key}\``), `docs/configuration.md does not name \`${key}\``);
  }
});
