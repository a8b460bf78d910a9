import type { ScriptedReply } from './script.js';

/** The control token that ends the prompt and makes the model say the reply with this index. */
export function startToken(replyIndex: number): string {
  return `<|start_${replyIndex}|>`;
}

/**
 * The Jinja chat template of a scripted model. It writes out every message, so that the prompt grows as a real
 * one does, and ends it with the start token of the first reply whose `when` the last message contains.
 *
 * A message that holds a start token's text does no harm: only the last token of the prompt decides.
 */
export function chatTemplate(replies: readonly ScriptedReply[]): string {
  let choice = '';
  let fallback = '';
  for (const [index, { when }] of replies.entries()) {
    if (when === undefined) fallback = startToken(index);
    else
      choice += `{%- ${choice === '' ? 'if' : 'elif'} ${JSON.stringify(when)} in last -%}\n${startToken(index)}\n`;
  }
  if (choice !== '') fallback = `${choice}{%- else -%}\n${fallback}\n{%- endif -%}`;
  return `
{%- for message in messages -%}
{{- message.role ~ ': ' ~ (message.content or '') ~ '\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}
{%- set last = messages[-1].content or '' -%}
${fallback}
{%- endif -%}
`;
}
