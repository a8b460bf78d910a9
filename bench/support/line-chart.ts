/** One line of a chart. */
interface Series {
  readonly name: string;
  /** A value for each place of the x axis. */
  readonly values: readonly number[];
}

/** What a chart shows. */
export interface LineChart {
  /** Also read aloud; so is `description`. */
  readonly title: string;
  readonly description: string;
  readonly xLabel: string;
  /** With its unit. It begins at 0. */
  readonly yLabel: string;
  /** Places of the x axis, at equal distances. */
  readonly xs: readonly number[];
  readonly series: readonly Series[];
}

const WIDTH = 660;
const HEIGHT = 320;
const PLOT = { left: 70, right: 490, top: 40, bottom: 260 };
const TICKS = 4;
/** One style for each line, told apart by more than its colour. */
const MARKS = ['', '6 4', '2 3'];

/** Colours for light pages and for dark ones, on whatever background the page has. */
const STYLE = `text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-size:15px;font-weight:600}
.grid{stroke:#d1d9e0}.line{fill:none;stroke-width:2.5}
.s0{stroke:#0969da}.s1{stroke:#bc4c00}.s2{stroke:#1a7f37}.d0{fill:#0969da}.d1{fill:#bc4c00}.d2{fill:#1a7f37}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.grid{stroke:#3d444d}
.s0{stroke:#4493f8}.s1{stroke:#f0883e}.s2{stroke:#3fb950}.d0{fill:#4493f8}.d1{fill:#f0883e}.d2{fill:#3fb950}}`;

/** Draws a chart of at most three lines as an SVG document. */
export function lineChart({ title, description, xLabel, yLabel, xs, series }: LineChart): string {
  const top = niceCeiling(Math.max(...series.flatMap(({ values }) => values.filter(Number.isFinite))));
  const x = (index: number): number =>
    PLOT.left + ((PLOT.right - PLOT.left) * (index + 0.5)) / Math.max(1, xs.length);
  const y = (value: number): number => PLOT.bottom - ((PLOT.bottom - PLOT.top) * value) / top;
  const grid = Array.from({ length: TICKS + 1 }, (_, tick) => {
    const value = (top * tick) / TICKS;
    return `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(value)}" y2="${y(value)}"/>
<text x="${PLOT.left - 8}" y="${y(value) + 4}" text-anchor="end">${Number(value.toPrecision(3))}</text>`;
  });
  const places = xs.map(
    (place, index) => `<text x="${x(index)}" y="${PLOT.bottom + 20}" text-anchor="middle">${place}</text>`,
  );
  const lines = series.map(({ name, values }, index) => {
    const points = values.flatMap((value, place) =>
      Number.isFinite(value) ? [[round(x(place)), round(y(value))] as const] : [],
    );
    const dash = MARKS[index] ? ` stroke-dasharray="${MARKS[index]}"` : '';
    const legendY = PLOT.top + 10 + index * 22;
    return `<polyline class="line s${index}"${dash} points="${points.map((point) => point.join(',')).join(' ')}"/>
${points.map(([cx, cy]) => `<circle class="d${index}" cx="${cx}" cy="${cy}" r="4"/>`).join('')}
<line class="line s${index}"${dash} x1="${PLOT.right + 12}" x2="${PLOT.right + 40}" y1="${legendY}" y2="${legendY}"/>
<text x="${PLOT.right + 46}" y="${legendY + 4}">${escapeXml(name)}</text>`;
  });
  const middle = (PLOT.top + PLOT.bottom) / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title description">
<title id="title">${escapeXml(title)}</title>
<desc id="description">${escapeXml(description)}</desc>
<style>${STYLE}</style>
<text class="title" x="${PLOT.left}" y="22">${escapeXml(title)}</text>
${[...grid, ...places, ...lines].join('\n')}
<text x="${(PLOT.left + PLOT.right) / 2}" y="${HEIGHT - 12}" text-anchor="middle">${escapeXml(xLabel)}</text>
<text transform="translate(18 ${middle}) rotate(-90)" text-anchor="middle">${escapeXml(yLabel)}</text>
</svg>
`;
}

/** The next of 1, 2, 4 and 8 times a power of ten: a quarter of it has few digits. */
function niceCeiling(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 4, 8].find((step) => value <= step * power) ?? 10);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
