import type { Script } from '../../src/scripted-model/script.js';

/** What the scripted models of the tests say. Two of them, told apart by every word. */
export const ALPHA: Script = {
  name: 'alpha',
  replies: [
    { when: 'for ever', text: 'one two three four five six seven eight nine ten ', endless: true },
    { when: 'euro', text: 'It costs 5 € or a 🙂.', splitUtf8: true },
    { when: 'think', text: '<think>Let me see: 2 and 2.</think>It is four.' },
    {
      text: 'Hello from alpha. The quick brown fox jumps over the lazy dog, and the dog does not mind the fox.',
    },
  ],
};

export const BETA: Script = {
  name: 'beta',
  replies: [
    { when: 'for ever', text: 'uno due tre quattro cinque ', endless: true },
    {
      text: 'Greetings of beta! Pack my box with five dozen liquor jugs; sphinx of black quartz, judge my vow.',
    },
  ],
};

/** The reply that a script gives when no other matches. */
export function fallbackOf(script: Script): string {
  const reply = script.replies.find(({ when }) => when === undefined);
  if (!reply) throw new Error(`script ${script.name} has no fallback`);
  return reply.text;
}
