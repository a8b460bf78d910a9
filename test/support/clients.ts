import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Script } from '../../src/scripted-model/script.js';
import { createScriptedModel } from '../../src/scripted-model/scripted-model.js';
import { startGateway, type TestGateway } from './gateway.js';
import { tempFolder } from './temp-folder.js';

/** The text of the model's reply to anything that it has no other for. */
export const CLIENT_REPLY = 'Paris is the capital of France, and has been for a very long time.';

/** What the model says that the client libraries talk to. */
const CLIENT_SCRIPT: Script = {
  name: 'my-llm',
  replies: [
    { when: '18 degrees', text: 'It is 18 degrees in London.' },
    {
      when: 'weather',
      text: '<tool_call>{"name": "get_weather", "arguments": {"city": "London"}}</tool_call>',
    },
    {
      when: 'code',
      text: 'Let me run this:\n```python\nprint(6 * 7)\n```\nThen we shall see what it prints, and go on from there.',
    },
    { text: CLIENT_REPLY },
  ],
};

/** A gateway for the tests of a client library, with models like those of the document's example. */
export async function startForClients(): Promise<TestGateway> {
  const folder = tempFolder();
  writeFileSync(join(folder, 'model.gguf'), createScriptedModel(CLIENT_SCRIPT));
  const src = './model.gguf';
  const llm = {
    src,
    type: 'llm',
    default: true,
    preload: true,
    config: { device: 'cpu', ctx_size: 8192, tools: true },
  };
  const models = {
    'my-llm': llm,
    'my-embed': { src, type: 'embeddings', default: true, config: { device: 'cpu' } },
  };
  writeFileSync(join(folder, 'qvac.config.json'), JSON.stringify({ serve: { models } }));
  return startGateway([], folder);
}
