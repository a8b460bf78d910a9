/** One thing wrong in a config: where it is (`serve.models.my-llm.type`; empty for the file itself), and what to do. */
export interface ConfigProblem {
  readonly path: string;
  readonly message: string;
}

/**
 * A config that cannot be used. `message` is what the CLI prints, as it is and without a stack: the file,
 * then one line per problem.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly file: string;
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly ConfigProblem[], options?: ErrorOptions) {
    super([file, ...problems.map(toLine)].join('\n'), options);
    this.file = file;
    this.problems = problems;
  }
}

function toLine({ path, message }: ConfigProblem): string {
  return path === '' ? `  ${message}` : `  ${path}: ${message}`;
}
