import type { Row } from '../row.ts'
import { figure, plusMinus, ratio } from './figures.ts'
import type { Report } from './json.ts'
import type { Plot } from './plots.ts'

export interface PageTopic {
  readonly id: string
  readonly title: string
}

/** `docs/benchmarks.md`: goals first, then every comparison by topic. */
export function pageOf(
  report: Report,
  topics: readonly PageTopic[],
  plots: readonly Plot[],
  command: string,
): string {
  const parts = [
    '# Benchmarks',
    `Made by \`${command}\`; nothing here is written by hand. Figures of one machine move from run to run: what counts is the ratio of\ntwo contenders that took turns in one run. Figures and ratios are medians of the rounds; ± is half of the interquartile range\nof the ratio. A race goes on for up to five times the rounds while a goal is close: among the middle half of them, or within a\ntenth of their median.`,
    environmentOf(report),
    '## Goals',
    'Where a contender that does no more than has to be done misses a goal, too, what stands is to come within a tenth of what it\nreaches: the goal that is reachable on this machine.',
    goalTable(report.cases.filter(({ goal }) => goal !== null)),
    ...plots.map(({ name, title }) => `![${title}](benchmarks/${name}.svg)`),
    ...topics.flatMap((topic) => sectionOf(topic, report.cases)),
    ...notRun(report),
  ]
  return `${parts.join('\n\n')}\n`
}

function environmentOf({ environment: e }: Report): string {
  const packages = Object.entries(e.packages).map(([name, version]) => `${name} ${version}`)
  return [
    `${e.date}, ${e.cpu} (${e.cores} cores), ${e.memoryGib} GiB, ${e.kernel}, files on ${e.disk}, Node ${e.node}.`,
    `Beside ${packages.join(', ')}.`,
  ].join('\n')
}

function goalTable(rows: readonly Row[]): string {
  return table(
    ['case', 'beside', 'ours', 'peer', 'ratio', '±', 'goal', 'met'],
    rows.map((row) => [
      row.title,
      row.against ?? '',
      withUnit(row.ours, row),
      row.peer === null ? '' : withUnit(row.peer, row),
      ratio(row.ratio),
      plusMinus(row.spread),
      row.reachable === null ? (row.goal ?? '') : `${row.goal}, reachable ${row.reachable}`,
      [row.met ? 'yes' : 'no', limitInWords(row)].filter(Boolean).join('; '),
    ]),
  )
}

/** What a goal that is out of reach is up against. */
function limitInWords({ limit, reachable, ...row }: Row): string {
  if (!limit || reachable === null) return ''
  const value = row.goal?.endsWith('×') ? ratio(limit.value) : withUnit(limit.value, row)
  return `${limit.by} reaches ${value}: ${limit.because}`
}

/** A line for each case, a column for each peer: its figure, and ours as a multiple of it. */
function sectionOf({ id, title }: PageTopic, all: readonly Row[]): string[] {
  const rows = all.filter((row) => row.topic === id)
  if (rows.length === 0) return []
  const peers = [...new Set(rows.flatMap(({ against }) => against ?? []))]
  const lines = [...Map.groupBy(rows, (row) => row.title)].map(([name, same]) => [
    name,
    same[0]?.unit ?? '',
    figure(same[0]?.ours ?? Number.NaN),
    ...peers.map((peer) => cellOf(same.find(({ against }) => against === peer))),
  ])
  return [`## ${title}`, table(['case', 'unit', 'ours', ...peers], lines)]
}

function cellOf(row: Row | undefined): string {
  return row?.peer == null ? '' : `${figure(row.peer)} · ${ratio(row.ratio)} ${plusMinus(row.spread)}`
}

function notRun({ leftOut, failed }: Report): string[] {
  const all = [
    ...leftOut.map(({ race, missing }) => `- ${race}: ${missing.join(' and ')} was not there`),
    ...failed.map(({ race }) => `- ${race}: failed`),
  ]
  return all.length > 0 ? ['## Not run', all.join('\n')] : []
}

function withUnit(value: number, { unit }: Pick<Row, 'unit'>): string {
  return `${figure(value)} ${unit}`
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n')
}
