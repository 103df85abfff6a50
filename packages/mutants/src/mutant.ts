/** What has to find a planted bug: one test, or one seed of the simulation. */
export type Catcher =
  | {
      /** From the root of the repository. */
      readonly file: string
      /** The name of the test, without those of the groups that it stands in. */
      readonly test: string
    }
  | {
      readonly seed: number
      /** Operations of the seed. */
      readonly ops: number
    }

/** One small bug, and what is recorded to catch it. */
export interface Mutant {
  /** What is wrong, as a sentence. */
  readonly name: string
  /** The source file that it is planted in, from the root of the repository. */
  readonly file: string
  /** Stands there exactly once … */
  readonly from: string
  /** … and becomes this. */
  readonly to: string
  readonly caughtBy: Catcher
}

/**
 * The source with the bug.
 * @throws Error when the place is not there exactly once: the source has changed, and the bug has to move with it.
 */
export function plant({ name, file, from, to }: Mutant, source: string): string {
  const places = source.split(from).length - 1
  if (places !== 1) throw new Error(`'${name}': its place stands ${places} times in ${file}, not once`)
  return source.replace(from, () => to)
}
