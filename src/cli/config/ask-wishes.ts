import { randomBytes } from 'node:crypto';
import { basename, extname } from 'node:path';
import { confirm, intro, isCancel, multiselect, text } from '@clack/prompts';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-codes.js';
import { formatBytes } from '../format-bytes.js';
import { readCatalogue } from '../models/catalogue.js';
import { type StarterModel, type StarterWishes, SUGGESTED_MODELS } from './starter-config.js';

const USUAL_PORT = 11_434;
const OWN_FILE = 'a .gguf file of my own';

/** Asks a person at a terminal what the first config should have. */
export async function askWishes(): Promise<StarterWishes> {
  intro('A config for qvac-gateway');
  const models = await askModels();
  const port = await answered(
    text({
      message: 'Which port?',
      initialValue: String(USUAL_PORT),
      validate: (value = '') =>
        /^\d+$/.test(value) && Number(value) <= 65_535 ? undefined : 'A number from 0 to 65535, please.',
    }),
  );
  const wantsKey = await answered(
    confirm({ message: 'Shall clients need an API key? One is made.', initialValue: false }),
  );
  return {
    models,
    port: Number(port) === USUAL_PORT ? undefined : Number(port),
    apiKey: wantsKey ? `sk-${randomBytes(24).toString('base64url')}` : undefined,
  };
}

async function askModels(): Promise<StarterModel[]> {
  const catalogue = await readCatalogue({ all: true });
  const chosen = await answered(
    multiselect({
      message: 'Which models? Space chooses, Enter goes on.',
      options: [
        ...SUGGESTED_MODELS.map(({ alias, entry }) => {
          const { kind, bytes } = catalogue.find(({ constant }) => constant === entry) ?? {};
          return { value: alias, label: entry, hint: `${kind}, ${formatBytes(bytes ?? 0)} to download` };
        }),
        { value: OWN_FILE, label: OWN_FILE },
      ],
      initialValues: SUGGESTED_MODELS.slice(0, 1).map(({ alias }) => alias),
      required: true,
    }),
  );
  const suggested = SUGGESTED_MODELS.filter(({ alias }) => chosen.includes(alias));
  return chosen.includes(OWN_FILE) ? [...suggested, await askFile()] : suggested;
}

async function askFile(): Promise<StarterModel> {
  const src = await answered(
    text({
      message: 'Where is the file? From the folder of the config, or an absolute path.',
      placeholder: './models/my-model.gguf',
      validate: (value = '') => (value.endsWith('.gguf') ? undefined : 'The path of a .gguf file, please.'),
    }),
  );
  return { alias: basename(src, extname(src)), entry: { src, type: 'llm' } };
}

/** Whoever presses Ctrl+C wants none of it. */
async function answered<Answer>(question: Promise<Answer>): Promise<Exclude<Answer, symbol>> {
  const answer = await question;
  if (isCancel(answer)) throw new CommandError('Nothing was written.', EXIT.interrupted);
  return answer as Exclude<Answer, symbol>;
}
