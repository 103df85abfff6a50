import type { Row } from '../row.ts'
import { type Bar, barChart, type Line, lineChart } from './svg.ts'

export interface Plot {
  /** Of the file, without its ending. */
  readonly name: string
  readonly title: string
  readonly svg: string
}

/** Goals in one chart, growth in one for each unit. Nothing is drawn of what was not measured. */
export function plotsOf(rows: readonly Row[]): readonly Plot[] {
  const goals = rows.filter((row) => row.goal !== null && row.ratio !== null)
  const title = 'Times better than the peer; the goal is the black mark'
  return [
    ...(goals.length > 0 ? [{ name: 'goals', title, svg: barChart(title, goals.map(barOf)) }] : []),
    ...growthPlots(rows),
  ]
}

/** How many times better ours is, whichever way better is. */
function barOf(row: Row): Bar {
  const turn = (value: number): number => (row.better === 'more' ? value : 1 / value)
  const bound = Number(/[\d.]+/.exec(row.goal ?? '')?.[0])
  const label = row.id.split('/').slice(0, -1).join('/')
  return { label, value: turn(row.ratio ?? Number.NaN), goal: turn(bound) }
}

function growthPlots(rows: readonly Row[]): Plot[] {
  const grown = rows.filter((row) => /^growth\//.test(row.id) && row.peer !== null)
  const units = [...new Set(grown.map(({ unit }) => unit))]
  return units.map((unit) => {
    const lines = linesOf(grown.filter((row) => row.unit === unit))
    const title = `Growth, ${unit}`
    return {
      name: `growth-${unit.replace(/[^a-z]+/gi, '-').toLowerCase()}`,
      title,
      svg: lineChart(title, lines),
    }
  })
}

/** One line for each race and metric: the peers are the smaller stores, ours is the largest. */
function linesOf(rows: readonly Row[]): Line[] {
  const byMetric = Map.groupBy(rows, ({ id }) => id.split('/').slice(1, 3).join(' '))
  return [...byMetric].map(([label, all]) => {
    const smaller = all.map((row) => ({ x: sizeIn(row.against ?? ''), y: row.peer ?? Number.NaN }))
    const [first] = all
    const largest = { x: sizeIn(first?.title ?? ''), y: first?.ours ?? Number.NaN }
    return { label, points: [...smaller, largest].sort((a, b) => a.x - b.x) }
  })
}

function sizeIn(text: string): number {
  return 10 ** Number(/10\^(\d+)/.exec(text)?.[1])
}
