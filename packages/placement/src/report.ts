import type { MovementRow } from './movement.ts'
import type { PlacementReport } from './placement.ts'
import type { SpreadRow } from './spread.ts'

/** The report for people. */
export function inWords({ backends, blocks, samples, spread, movement }: PlacementReport): string {
  return [
    `${whole(backends)} backends, ${whole(blocks)} blocks, ${whole(samples)} of them looked at`,
    '',
    'Copies on a backend: of the sample, with the standard deviation beside that of chance alone;',
    'of all blocks, by chance; and how uneven the chances may be, which the sample leaves open.',
    '',
    ...table(SPREAD, spread),
    '',
    'Copies that move, as part of all copies, ± the standard error of the sample; the least that can;',
    'and copies in the sample that moved between backends that neither came nor went.',
    '',
    ...table(MOVEMENT, movement),
  ].join('\n')
}

type Columns<Row> = Readonly<Record<string, (row: Row) => string>>

const SPREAD: Columns<SpreadRow> = {
  layout: ({ layout }) => layout,
  copies: ({ copies }) => whole(copies),
  group: ({ group }) => group,
  backends: ({ backends }) => whole(backends),
  mean: ({ sampled }) => decimal(sampled.mean),
  ideal: ({ ideal }) => decimal(ideal.mean),
  least: ({ sampled }) => whole(sampled.min),
  most: ({ sampled }) => whole(sampled.max),
  deviation: ({ sampled }) => decimal(sampled.deviation),
  chance: ({ ideal }) => decimal(ideal.deviation),
  'mean of all': ({ all }) => whole(all.mean),
  'least … most of all': ({ all }) => `${whole(all.min)} … ${whole(all.max)}`,
  uneven: ({ unevenAtMost }) => `≤ ${percent(unevenAtMost)}`,
}

const MOVEMENT: Columns<MovementRow> = {
  change: ({ change }) => change,
  copies: ({ copies }) => whole(copies),
  moved: ({ moved, error }) => `${percent(moved, 4)} ± ${percent(error, 4)}`,
  least: ({ least }) => percent(least, 4),
  needless: ({ needless }) => whole(needless),
  'of all blocks': ({ all }) => whole(all),
}

/** Lines of columns: words to the left, numbers to the right. */
function table<Row>(columns: Columns<Row>, rows: readonly Row[]): string[] {
  const cells = [Object.keys(columns), ...rows.map((row) => Object.values(columns).map((cell) => cell(row)))]
  const widths = Object.keys(columns).map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)))
  const isText = (at: number): boolean => /[a-z→]/.test(cells[1]?.[at] ?? '')
  return cells.map((line) =>
    line
      .map((text, at) => (isText(at) ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

function whole(number: number): string {
  return Math.round(number).toLocaleString('en')
}

function decimal(number: number): string {
  return number.toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
}

function percent(part: number, digits = 2): string {
  return `${(100 * part).toFixed(digits)} %`
}
