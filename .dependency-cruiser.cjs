/**
 * The layers of docs/architecture.md, checked: lower never imports higher, type imports included. Heavy packages stay
 * behind the one file that wraps them.
 */
const LAYERS = {
  protocol: [],
  'scripted-model': [],
  config: ['protocol'],
  telemetry: ['protocol'],
  engine: ['protocol'],
  pool: ['protocol'],
  models: ['protocol', 'telemetry', 'pool'],
  remote: ['protocol', 'telemetry', 'models'],
  http: ['protocol', 'telemetry', 'pool', 'models', 'remote'],
  gateway: ['protocol', 'config', 'telemetry', 'scripted-model', 'pool', 'models', 'remote', 'http'],
  supervisor: ['protocol', 'telemetry'],
  cli: ['protocol', 'config', 'telemetry', 'gateway', 'supervisor'],
};

const layerRules = Object.entries(LAYERS).map(([layer, lower]) => ({
  name: `layer-${layer}`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: '^(src|workers)/', pathNot: `^src/(${[layer, ...lower].join('|')})/` },
}));

/** Package → the only files that may import it. */
const HOMES = {
  '@qvac/sdk': '^(src/engine/|workers/bare/|src/config/(constants|sdk-schemas)\\.ts)',
  piscina: '^src/pool/worker-thread\\.ts',
  'cli-progress': '^src/cli/pull-report\\.ts',
  commander: '^src/cli/(main\\.ts|commands/)',
  undici: '^src/(cli/gateway-client|remote/probe)\\.ts',
  '@clack/prompts': '^src/cli/config/ask-wishes\\.ts',
  '@bomb.sh/tab': '^src/cli/completion\\.ts',
  cosmiconfig: '^src/config/',
  jiti: '^src/config/',
  fastify: '^src/http/',
  pino: '^src/telemetry/',
  'http-proxy': '^src/remote/proxy\\.ts',
  'prom-client': '^src/telemetry/metrics\\.ts',
  'rate-limiter-flexible': '^src/http/keys/',
  'zod-openapi': '^src/http/openapi/',
};

const homeRules = Object.entries(HOMES).map(([name, home]) => ({
  name: `home-of-${name}`,
  severity: 'error',
  from: { path: '^(src|workers)/', pathNot: home },
  to: { path: `^node_modules/${name}/`, dependencyTypesNot: ['type-only'] },
}));

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphan',
      severity: 'error',
      from: { orphan: true, pathNot: '\\.d\\.ts$|^workers/bare/' },
      to: {},
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'workers-run-the-engine',
      comment: 'The thread side knows the protocol and the engine only.',
      severity: 'error',
      from: { path: '^workers/' },
      to: { path: '^src/', pathNot: '^src/(engine|protocol)/' },
    },
    {
      name: 'no-product-code-from-tests',
      severity: 'error',
      from: { path: '^(src|workers)/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'the-page-stands-alone',
      comment: 'It runs in a browser, and shares the shapes of what the API answers with the server.',
      severity: 'error',
      from: { path: '^ui/' },
      to: { path: '^(src|workers|test|bench)/', pathNot: '^src/protocol/status\\.ts' },
    },
    {
      name: 'no-page-in-the-server',
      severity: 'error',
      from: { path: '^(src|workers)/' },
      to: { path: '^ui/' },
    },
    ...layerRules,
    ...homeRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
