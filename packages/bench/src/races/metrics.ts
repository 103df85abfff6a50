import type { Goal, Metric } from '../race.ts'

type Goals = Readonly<Record<string, Goal>>

/** More is better: 'ops/s', 'MiB/s'. */
export function rate(unit: string, goals?: Goals): Metric {
  return { unit, better: 'more', ...(goals && { goals }) }
}

/** Less is better: 'ns', 'bytes'. */
export function cost(unit: string, goals?: Goals): Metric {
  return { unit, better: 'less', ...(goals && { goals }) }
}
