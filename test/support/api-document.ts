import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';

const ID = 'https://gateway.example/openapi.json';

/** What of a schema is for readers, or is told by the type of the body already. */
const ANNOTATIONS = ['discriminator'];

/** Holds bodies against the schemas of an OpenAPI document. */
export interface ApiDocumentCheck {
  /** @param at the way to the schema, from the root of the document. */
  check(at: readonly string[], body: unknown): void;
}

export function createApiDocumentCheck(document: object): ApiDocumentCheck {
  // The document is no schema: its parts are.
  const ajv = new Ajv2020({ strict: false, validateFormats: false, keywords: ANNOTATIONS });
  ajv.addSchema({ $id: ID, ...document });
  return {
    check(at, body) {
      const pointer = at.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1')));
      const validate = ajv.compile({ $ref: `${ID}#/${pointer.join('/')}` });
      assert.ok(
        validate(body),
        `${at.join(' ')}: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(body)}`,
      );
    },
  };
}
