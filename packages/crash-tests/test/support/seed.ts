import { onTestFailed } from 'vitest'
import { freshSeed } from '../../src/shared/random.ts'

/** A seed for this run of a test; a failure prints the command that replays it. */
export function testSeed(command: string): number {
  const seed = freshSeed()
  onTestFailed(() => console.error(`replay: pnpm crash ${command} --seed ${seed}`))
  return seed
}
