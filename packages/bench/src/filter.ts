import type { Race } from './race.ts'

/** Whether a race, or one of its metrics, has one of the words in its id; without words, all have. */
export function isWanted({ id, metrics }: Pick<Race, 'id' | 'metrics'>, words: readonly string[]): boolean {
  if (words.length === 0) return true
  const ids = Object.keys(metrics).map((metric) => `${id}/${metric}`)
  return words.some((word) => ids.some((one) => one.includes(word)))
}
