import { type BenchGateway, startGateway } from '../support/gateway-side.js';
import { lineChart } from '../support/line-chart.js';
import { measureLoad, measureMemory } from '../support/load-numbers.js';
import { figure, markdownTable, pair, withSpread } from '../support/markdown-table.js';
import type { Bench } from '../support/question.js';
import { writeChart } from '../support/results-page.js';
import { median, ratios } from '../support/statistics.js';

const MODELS = [1, 2, 4, 8];
const TOKENS = 48;
const ROUNDS = 3;

/** One to eight models that all stream at once: a table, and charts of tokens and memory. */
export async function scaleByModels({ folder, models, progress }: Bench): Promise<string> {
  const results = [];
  for (const count of MODELS) {
    progress(`${count} models: loading`);
    const loaded = Array.from({ length: count }, () => models.random);
    const gateway = await startGateway(folder, loaded, { isProbed: true });
    try {
      progress(`${count} models: ${ROUNDS} rounds of ${TOKENS} tokens`);
      const load = await measureLoad(gateway, () => askAll(gateway), ROUNDS);
      results.push({ count, load, memory: await measureMemory(gateway) });
    } finally {
      await gateway.stop();
    }
  }
  await writeChart(
    'models-throughput',
    lineChart({
      title: 'Tokens per second of all models together',
      description: 'One to eight models of 22 million parameters, each with one stream, all at once.',
      xLabel: 'models that stream at once',
      yLabel: 'tokens per second',
      xs: MODELS,
      series: [{ name: 'together', values: results.map(({ load }) => median(load.tokensPerSecond)) }],
    }),
  );
  await writeChart(
    'models-memory',
    lineChart({
      title: 'Memory',
      description:
        'Proportional memory of the gateway and of its models, for one to eight models of one file.',
      xLabel: 'models that are loaded',
      yLabel: 'MB',
      xs: MODELS,
      series: [
        { name: "models' processes", values: results.map(({ memory }) => memory.models) },
        { name: 'gateway', values: results.map(({ memory }) => memory.gateway) },
      ],
    }),
  );
  const [first] = results;
  return markdownTable(
    [
      'Models',
      'compared with one, tokens/s together, median (quartiles)',
      'tokens/s together',
      'first token p50 and slowest, ms',
      'gap p50 and p99, ms',
      'cores busy: gateway and models',
      'private memory per model, MB',
      'models together, PSS, MB',
      'gateway, PSS, MB',
    ],
    results.map(({ count, load, memory }) => [
      String(count),
      withSpread(ratios(load.tokensPerSecond, first?.load.tokensPerSecond ?? [])),
      figure(median(load.tokensPerSecond)),
      pair(load.firstMs.p50, load.firstMs.p99),
      pair(load.gapMs.p50, load.gapMs.p99),
      pair(load.cores.gateway, load.cores.models),
      figure(memory.privatePerModel),
      figure(memory.models),
      figure(memory.gateway),
    ]),
  );
}

function askAll({ asks }: BenchGateway) {
  return Promise.all(asks.map((ask) => ask({ tokens: TOKENS, stream: true })));
}
