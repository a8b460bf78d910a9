import type { Script } from './script.js';

/** What the built-in model `demo` says: enough to see that everything works, and how to get a real model. */
export const DEMO_SCRIPT: Script = {
  name: 'qvac-gateway demo',
  replies: [
    {
      when: 'count',
      text: '1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20.',
    },
    {
      text: `Hello! I am the demo model that is built into qvac-gateway, and this is all I can say (and I can count to 20: ask me to count).

To talk to a real model, put a file \`qvac.config.json\` next to where you start the gateway:

{"serve": {"models": {"my-llm": {"model": "QWEN3_600M_INST_Q4"}}}}

Then run \`qvac serve openai\` again and ask for the model "my-llm".`,
    },
  ],
};
