// Entry of `npm run schema`: writes qvac.config.schema.json at the root of the repository.
import { writeFile } from 'node:fs/promises';
import { createJsonSchema } from './json-schema.js';

// From dist/src/config/ up to the root.
const file = new URL('../../../qvac.config.schema.json', import.meta.url);
await writeFile(file, `${JSON.stringify(createJsonSchema(), null, 2)}\n`);
