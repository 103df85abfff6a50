import { setTimeout as sleep } from 'node:timers/promises'
import { type Random, seeded } from '../shared/random.ts'
import { withFolder } from '../shared/temporary.ts'
import { addResults, type CrashResult, Subject } from './subject.ts'
import type { TargetName } from './targets.ts'
import { type Writer, Writers } from './writers.ts'

export interface CrashOptions {
  /** Kills; each hits all targets at once. At least 1. */
  readonly cycles: number
  readonly targets: readonly TargetName[]
  /** Of the choices; the moments depend on the machine too. */
  readonly seed: number
  readonly onCycle?: (() => void) | undefined
}

export type CrashResults = Partial<Record<TargetName, CrashResult>>

/** Two, so that one works while the other waits for the disk or for its moment. */
const LANES = 2
/** Cycles after which a store is left for a new one, so that the making of stores is interrupted too. */
const CYCLES_A_STORE = 50
/** Cycles between two looks at everything. */
const CYCLES_A_LISTING = 25
/** Longest time that a writer may make stores, open stores, and write to them. Milliseconds. */
const MAKING_MS = 600
const OPENING_MS = 60
const WRITING_MS = 250
/** Most acknowledgements that one target may give before the kill. */
const ACKNOWLEDGED = 24

/** Kills writers under load, and the servers that they write to, and judges what is left. */
export function runCrash(options: CrashOptions): Promise<CrashResults> {
  return withFolder(async (folder) => {
    const lanes = await Promise.all(
      Array.from({ length: Math.min(LANES, options.cycles) }, (_, lane) =>
        runLane(options, `${folder}/${lane}`, `${folder}/compiled`, lane),
      ),
    )
    const results: CrashResults = {}
    for (const { target, result } of lanes.flat()) {
      const before = results[target]
      results[target] = before ? addResults(before, result) : result
    }
    return results
  })
}

interface LaneResult {
  readonly target: TargetName
  readonly result: CrashResult
}

/** Every second cycle, on stores of its own. */
async function runLane(
  options: CrashOptions,
  folder: string,
  cache: string,
  lane: number,
): Promise<readonly LaneResult[]> {
  const random = seeded(options.seed + lane)
  const subjects = options.targets.map((target) => new Subject(target))
  const writers = new Writers(cache)
  const cycles = Math.floor((options.cycles - lane + LANES - 1) / LANES)
  try {
    for (let cycle = 0; cycle < cycles; cycle++) {
      const isNew = cycle % CYCLES_A_STORE === 0
      if (isNew) await Promise.all(subjects.map((s) => s.renew(`${folder}/${cycle}/${s.target}`)))
      await killOne(await writers.take(), subjects, isNew, random)
      const everything = (cycle + 1) % CYCLES_A_LISTING === 0 || cycle === cycles - 1
      await Promise.all(subjects.map((subject) => subject.judge(everything, random)))
      options.onCycle?.()
    }
  } finally {
    await writers.stop()
    await Promise.all(subjects.map((subject) => subject.end()))
  }
  return subjects.map((subject) => ({ target: subject.target, result: subject.result() }))
}

/**
 * Gives the writer its job and kills it: while it opens the stores, perhaps new ones, or when one of them has acknowledged
 * so much, which comes soon on a fast machine and later on a slow one.
 */
async function killOne(
  writer: Writer,
  subjects: readonly Subject[],
  isNew: boolean,
  random: Random,
): Promise<void> {
  const opened = Promise.withResolvers<void>()
  const enough = Promise.withResolvers<void>()
  const watched = random.below(subjects.length)
  let closed = subjects.length
  let left = random.below(ACKNOWLEDGED)
  writer.begin({ seed: random.next(), tasks: subjects.map((subject) => subject.task(random)) }, (message) => {
    if (message.type === 'ready') return
    if (message.type === 'open') closed--
    else subjects[message.at]?.hear(message)
    if (message.type === 'end' && message.at === watched) left--
    if (closed === 0 || message.type === 'failed') opened.resolve()
    if (left < 0) enough.resolve()
  })
  if (isNew) await sleep(random.below(MAKING_MS))
  else if (random.oneIn(5)) await sleep(random.below(OPENING_MS))
  else {
    await Promise.race([opened.promise, writer.ended])
    await Promise.race([enough.promise, sleep(WRITING_MS)])
    await sleep(random.below(4))
  }
  await Promise.all(subjects.map((subject) => subject.strike()))
  await writer.kill()
}
