import type { Row } from '../row.ts'
import { figure, plusMinus, ratio } from './figures.ts'

/** One line for people. */
export function lineOf(row: Row): string {
  const peer = row.peer === null ? '' : figure(row.peer)
  const verdict =
    row.goal === null
      ? ''
      : `${row.goal}${row.reachable === null ? '' : `, reachable ${row.reachable}`} ${row.met ? 'met' : 'MISSED'}`
  return [
    row.id.padEnd(58),
    figure(row.ours).padStart(8),
    peer.padStart(8),
    row.unit.padEnd(8),
    ratio(row.ratio).padStart(8),
    plusMinus(row.spread).padStart(8),
    verdict,
  ]
    .join('  ')
    .trimEnd()
}

export const heading: string = [
  'case'.padEnd(58),
  'ours'.padStart(8),
  'peer'.padStart(8),
  'unit'.padEnd(8),
  'ratio'.padStart(8),
  'spread'.padStart(8),
  'goal',
].join('  ')
