import type { Script } from '../../src/scripted-model/script.js';
import { startGateway, type TestGateway } from './gateway.js';
import { writeScriptedConfig } from './scripted-config.js';
import { tempFolder } from './temp-folder.js';

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
    { text: 'Paris is the capital of France, and has been for a very long time.' },
  ],
};

/** The text of its reply to anything else. */
export const CLIENT_REPLY = 'Paris is the capital of France, and has been for a very long time.';

/** A gateway for the tests of a client library, as the document's example configures it. */
export async function startForClients(): Promise<TestGateway> {
  const folder = tempFolder();
  const config = writeScriptedConfig(folder, [
    [CLIENT_SCRIPT, { default: true, preload: true, config: { ctx_size: 8192, tools: true } }],
  ]);
  return startGateway(['-c', config], folder);
}
