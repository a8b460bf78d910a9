import { scaleByClients } from './scale/by-clients.js';
import { scaleByModels } from './scale/by-models.js';
import type { Question } from './support/question.js';

/** What happens with more models, and with more clients? */
export const scale: Question = async (bench) =>
  `${await scaleByModels(bench)}\n\n${await scaleByClients(bench)}`;
