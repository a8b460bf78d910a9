import { z } from 'zod';

/** The form of a request for a transcription, as `transcriptions-request.ts` and `upload.ts` read it. */
export const transcriptionFormSchema = z
  .object({
    file: z.file().describe('The recording: what FFmpeg can decode, up to 25 MB.'),
    model: z.string().optional().describe('Alias of the model. Default: the one that the config names.'),
    prompt: z.string().optional().describe('What came before, or how names are written.'),
    response_format: z.enum(['json', 'text']).optional().describe('Default: json.'),
    stream: z.enum(['true', 'false']).optional().describe('Answer with server-sent events.'),
    language: z.string().optional().describe('Ignored, with a warning: the model has it in its config.'),
    temperature: z.string().optional().describe('Ignored, with a warning.'),
  })
  .meta({ id: 'TranscriptionForm' });

/** Its answer, unless it asked for text or for a stream. */
export const transcriptionSchema = z.strictObject({ text: z.string() }).meta({ id: 'Transcription' });

/** The events of its answer, if it asked for a stream. */
export const transcriptEventSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('transcript.text.delta'), delta: z.string() }),
    z.strictObject({ type: z.literal('transcript.text.done'), text: z.string() }),
  ])
  .meta({ id: 'TranscriptEvent' });
