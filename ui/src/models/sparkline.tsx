import { formatRate } from '../format.js';
import { HISTORY_MS, type RatePoint } from '../gateway/rate-history.js';

const WIDTH = 300;
const HEIGHT = 48;

/** Room for half a line at the top. */
const TOP = 2;

interface SparklineProps {
  /** What is drawn, for those who don't see it. */
  readonly label: string;
  readonly points: readonly RatePoint[];
}

/** A rate over the last two minutes, as a line, and as a text. */
export function Sparkline({ label, points }: SparklineProps) {
  const known = points.flatMap(({ perSecond }) => perSecond ?? []);
  const now = known.at(-1) ?? 0;
  const most = Math.max(0, ...known);
  const runs = toRuns(points, Math.max(1, most));
  return (
    <figure class="sparkline">
      <figcaption>
        <strong data-testid="rate">{formatRate(now)}</strong> tokens/s
        <span class="muted">{most > 0 && ` most ${formatRate(most)}`}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label} over two minutes: ${formatRate(now)} now, ${formatRate(most)} at most`}
      >
        <line class="baseline" x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
        {runs.map((run) => (
          <g key={run[0]?.key}>
            <path class="area" d={`${toPath(run)}V${HEIGHT}H${run[0]?.x}Z`} />
            <path class="line" d={toPath(run)} />
          </g>
        ))}
      </svg>
    </figure>
  );
}

interface Dot {
  readonly key: number;
  readonly x: number;
  readonly y: number;
}

/** The points by the stretches of time in which somebody looked; the last is at the right edge. */
function toRuns(points: readonly RatePoint[], most: number): Dot[][] {
  const endMs = points.at(-1)?.atMs ?? 0;
  const runs: Dot[][] = [[]];
  for (const { atMs, perSecond } of points) {
    if (perSecond === undefined) runs.push([]);
    else {
      const x = round(WIDTH * (1 - (endMs - atMs) / HISTORY_MS));
      const y = round(HEIGHT - (perSecond / most) * (HEIGHT - TOP));
      runs.at(-1)?.push({ key: atMs, x, y });
    }
  }
  return runs.filter((run) => run.length > 1);
}

function toPath(run: readonly Dot[]): string {
  return `M${run.map(({ x, y }) => `${x} ${y}`).join('L')}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
