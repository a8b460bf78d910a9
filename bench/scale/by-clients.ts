import { startGateway } from '../support/gateway-side.js';
import { lineChart } from '../support/line-chart.js';
import { measureLoad } from '../support/load-numbers.js';
import { figure, markdownTable, pair, withSpread } from '../support/markdown-table.js';
import type { Bench } from '../support/question.js';
import { writeChart } from '../support/results-page.js';
import { COMPARED_THREADS } from '../support/side.js';
import { median, ratios } from '../support/statistics.js';

const CLIENTS = [1, 16, 64, 256];
const TOKENS = 32;
const ROUNDS = 3;
/** Calls that the engine decodes together, and what a slot of it needs. */
const PARALLEL = 16;
const SLOT_TOKENS = 128;

/** One to 256 clients of one model at once: a table, and charts of tokens, first tokens and cores. */
export async function scaleByClients({ folder, models, progress }: Bench): Promise<string> {
  progress('clients: loading');
  const most = Math.max(...CLIENTS);
  const gateway = await startGateway(folder, [models.scripted], {
    threads: [COMPARED_THREADS],
    clients: most,
    config: { parallel: PARALLEL, ctx_size: PARALLEL * SLOT_TOKENS },
    entry: { queue: most },
    isProbed: true,
  });
  const results = [];
  try {
    for (const count of CLIENTS) {
      progress(`${count} clients: ${ROUNDS} rounds of ${TOKENS} tokens each`);
      const ask = () =>
        Promise.all(gateway.asks.slice(0, count).map((one) => one({ tokens: TOKENS, stream: true })));
      results.push({ count, load: await measureLoad(gateway, ask, ROUNDS) });
    }
  } finally {
    await gateway.stop();
  }
  const xLabel = 'clients at once';
  const description = `One to ${most} clients of one scripted model with ${PARALLEL} slots.`;
  await writeChart(
    'clients-throughput',
    lineChart({
      title: 'Tokens per second of all clients together',
      description,
      xLabel,
      yLabel: 'tokens per second',
      xs: CLIENTS,
      series: [{ name: 'together', values: results.map(({ load }) => median(load.tokensPerSecond)) }],
    }),
  );
  await writeChart(
    'clients-first-token',
    lineChart({
      title: 'First token',
      description,
      xLabel,
      yLabel: 'ms',
      xs: CLIENTS,
      series: [
        { name: 'p99', values: results.map(({ load }) => load.firstMs.p99) },
        { name: 'p50', values: results.map(({ load }) => load.firstMs.p50) },
      ],
    }),
  );
  await writeChart(
    'clients-cpu',
    lineChart({
      title: 'Cores that are busy',
      description,
      xLabel,
      yLabel: 'cores',
      xs: CLIENTS,
      series: [
        { name: 'gateway, all', values: results.map(({ load }) => load.cores.gateway) },
        { name: 'its main thread', values: results.map(({ load }) => load.cores.main) },
        { name: "model's process", values: results.map(({ load }) => load.cores.models) },
      ],
    }),
  );
  const [first] = results;
  return markdownTable(
    [
      'Clients',
      'compared with one, tokens/s together, median (quartiles)',
      'tokens/s together',
      'first token p50 and p99, ms',
      'gap p50 and p99, ms',
      "cores busy: gateway's main thread",
      'all of the gateway',
      "model's process",
    ],
    results.map(({ count, load }) => [
      String(count),
      withSpread(ratios(load.tokensPerSecond, first?.load.tokensPerSecond ?? [])),
      figure(median(load.tokensPerSecond)),
      pair(load.firstMs.p50, load.firstMs.p99),
      pair(load.gapMs.p50, load.gapMs.p99),
      figure(load.cores.main),
      figure(load.cores.gateway),
      figure(load.cores.models),
    ]),
  );
}
