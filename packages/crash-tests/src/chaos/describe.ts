import { type ChaosResult, keptItsPromise } from './run.ts'

/** One scenario for people: a line, and what was found below it. */
export function describe(result: ChaosResult): string {
  const { name, reads, failedReads, writes, failedWrites, lost, recoverySeconds, findings } = result
  const back = recoverySeconds === null ? 'not back' : `back after ${recoverySeconds.toFixed(2)} s`
  const counts = [
    `${failedReads} of ${reads} reads failed`,
    `${failedWrites} of ${writes} writes failed`,
    `${lost} blocks lost`,
  ]
  const verdict = keptItsPromise(result) ? 'ok    ' : 'BROKEN'
  return [`${verdict}  ${name}: ${counts.join(', ')}, ${back}`, ...findings].join('\n        ')
}
