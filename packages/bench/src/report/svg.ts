/** A chart of bars on a logarithmic scale around 1, or of lines over a logarithmic axis, as an SVG of its own. */

export interface Bar {
  readonly label: string
  /** How many times better than the peer; 1 is equal. */
  readonly value: number
  /** Where the goal is, on the same scale. */
  readonly goal?: number
}

export interface Line {
  readonly label: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

const FONT = 'font-family="system-ui, sans-serif" font-size="12"'
const [BAR, LABELS, WIDTH, MARGIN] = [22, 330, 860, 60]
const COLORS = ['#2563eb', '#d97706', '#059669', '#dc2626', '#7c3aed', '#0891b2']

export function barChart(title: string, bars: readonly Bar[]): string {
  const all = bars.flatMap(({ value, goal }) => [value, goal ?? 1])
  const [least, most] = [Math.min(0.5, ...all), Math.max(2, ...all)]
  const x = logScale(least, most, LABELS, WIDTH - MARGIN)
  const body = bars.map((bar, i) => barOf(bar, 34 + i * BAR, x))
  const height = 44 + bars.length * BAR
  const axis = `<line x1="${x(1)}" y1="28" x2="${x(1)}" y2="${height - 8}" stroke="#888" stroke-dasharray="3 3"/>`
  return svg(title, WIDTH, height, [axis, ...body])
}

function barOf({ label, value, goal }: Bar, y: number, x: (value: number) => number): string {
  const [from, to] = [Math.min(x(1), x(value)), Math.max(x(1), x(value))]
  const fill = value >= (goal ?? 1) ? '#2563eb' : '#d97706'
  const mark =
    goal === undefined
      ? ''
      : `<line x1="${x(goal)}" y1="${y - 2}" x2="${x(goal)}" y2="${y + 16}" stroke="#111" stroke-width="2"/>`
  return [
    `<text x="${LABELS - 12}" y="${y + 12}" text-anchor="end">${escaped(label)}</text>`,
    `<rect x="${from}" y="${y}" width="${Math.max(1, to - from).toFixed(1)}" height="14" fill="${fill}"/>`,
    mark,
    `<text x="${(Math.max(to, goal === undefined ? to : x(goal)) + 6).toFixed(1)}" y="${y + 12}">${short(value)} ×</text>`,
  ].join('')
}

/** Both axes logarithmic; x are powers of ten. */
export function lineChart(title: string, lines: readonly Line[]): string {
  const points = lines.flatMap((line) => line.points)
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)]
  const [left, right, top, bottom] = [80, 640, 40, 320]
  const x = logScale(Math.min(...xs), Math.max(...xs), left, right)
  const y = logScale(
    10 ** Math.floor(Math.log10(Math.min(...ys))),
    10 ** Math.ceil(Math.log10(Math.max(...ys))),
    bottom,
    top,
  )
  const across = powersOfTen(ys).map(
    (value) =>
      `<line x1="${left}" y1="${y(value)}" x2="${right}" y2="${y(value)}" stroke="#ddd"/>` +
      `<text x="${left - 8}" y="${y(value) + 4}" text-anchor="end">${value.toLocaleString('en-US')}</text>`,
  )
  const below = [...new Set(xs)].map(
    (value) =>
      `<text x="${x(value)}" y="${bottom + 20}" text-anchor="middle">10^${Math.round(Math.log10(value))}</text>`,
  )
  const drawn = lines.map(({ label, points }, i) => {
    const color = COLORS[i % COLORS.length]
    const path = points.map((point) => `${x(point.x)},${y(point.y)}`).join(' ')
    return (
      `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>` +
      `<text x="${right + 14}" y="${50 + i * 20}" fill="${color}">${escaped(label)}</text>`
    )
  })
  const names = `<text x="${right}" y="${bottom + 38}" text-anchor="end">blocks</text>`
  return svg(title, WIDTH, bottom + 50, [...across, ...below, ...drawn, names])
}

function powersOfTen(values: readonly number[]): readonly number[] {
  const from = Math.floor(Math.log10(Math.min(...values)))
  const to = Math.ceil(Math.log10(Math.max(...values)))
  return Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i))
}

function logScale(least: number, most: number, from: number, to: number): (value: number) => number {
  const span = Math.log(most / least) || 1
  return (value) => Number((from + (Math.log(value / least) / span) * (to - from)).toFixed(1))
}

function svg(title: string, width: number, height: number, body: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ${FONT}>`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="12" y="18" font-weight="bold">${escaped(title)}</text>`,
    ...body,
    '</svg>',
    '',
  ].join('\n')
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)))
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
