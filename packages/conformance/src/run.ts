import type { Strategy } from '@blockpool/core'
import { backendCases } from './cases/index.ts'
import { strategyLaws } from './laws/index.ts'
import { createScenes } from './laws/scenes.ts'
import { createRandom, randomSeed } from './random.ts'
import { openSession } from './session.ts'
import { within } from './timing.ts'
import type {
  BackendCase,
  CaseResult,
  ConformanceOptions,
  CreateBackend,
  StrategyLaw,
  StrategyRequirement,
} from './types.ts'

/** The options with every default filled in and every skip checked. */
export interface Plan {
  readonly skip: ReadonlyMap<string, string>
  readonly seed: number
  readonly timeoutMs: number
}

/**
 * Runs every case of the `Backend` contract, one after another, each on a store of its own.
 * @throws Error for a skip of an unknown id or without a reason, before anything runs.
 */
export async function* runBackendCases(
  create: CreateBackend,
  options: ConformanceOptions = {},
): AsyncGenerator<CaseResult> {
  const plan = planFor(backendCases, options)
  for (const each of backendCases) yield await runBackendCase(each, create, plan)
}

/**
 * Runs every law of the `Strategy` contract.
 * @throws Error for a skip of an unknown id or without a reason, before anything runs.
 */
export async function* runStrategyLaws(
  create: () => Strategy,
  options: ConformanceOptions = {},
): AsyncGenerator<CaseResult> {
  const plan = planFor(strategyLaws, options)
  for (const law of strategyLaws) yield runStrategyLaw(law, create, plan)
}

/**
 * Fills in the defaults.
 * @throws Error for a skip of an unknown id or without a reason.
 */
export function planFor(cases: readonly { readonly id: string }[], options: ConformanceOptions): Plan {
  const skip = new Map(Object.entries(options.skip ?? {}))
  for (const [id, reason] of skip) {
    if (!cases.some((each) => each.id === id)) throw new Error(`skip: there is no case '${id}'`)
    if (reason.trim() === '') throw new Error(`skip: the case '${id}' needs a reason`)
  }
  return { skip, seed: options.seed ?? randomSeed(), timeoutMs: options.timeoutMs ?? 20_000 }
}

/** Runs one case on a new store. Never rejects. */
export async function runBackendCase(
  subject: BackendCase,
  create: CreateBackend,
  plan: Plan,
): Promise<CaseResult> {
  const { id, title } = subject
  const reason = plan.skip.get(id)
  if (reason !== undefined) return { id, title, status: 'skipped', reason }
  const start = performance.now()
  try {
    const lacks = await runInSession(subject, create, plan)
    if (lacks !== undefined) return { id, title, status: 'skipped', reason: lacks }
    return { id, title, status: 'passed', durationMs: performance.now() - start }
  } catch (cause) {
    const error = failure(id, cause, plan.seed)
    return { id, title, status: 'failed', durationMs: performance.now() - start, error }
  }
}

/** Runs one law. Never throws. */
export function runStrategyLaw(subject: StrategyLaw, create: () => Strategy, plan: Plan): CaseResult {
  const { id, title } = subject
  const reason = plan.skip.get(id)
  if (reason !== undefined) return { id, title, status: 'skipped', reason }
  const start = performance.now()
  try {
    const strategy = create()
    const lacking = (subject.requires ?? []).find((requirement) => !offers(strategy, requirement))
    if (lacking) return { id, title, status: 'skipped', reason: `needs ${lacking}` }
    const random = createRandom(plan.seed, id)
    subject.run({ strategy, create, random, scenes: createScenes(random) })
    return { id, title, status: 'passed', durationMs: performance.now() - start }
  } catch (cause) {
    const error = failure(id, cause, plan.seed)
    return { id, title, status: 'failed', durationMs: performance.now() - start, error }
  }
}

function offers(strategy: Strategy, requirement: StrategyRequirement): boolean {
  return requirement === 'stable' ? strategy.stable : strategy[requirement] !== undefined
}

/** Resolves to the reason why the case does not apply, if it does not. */
async function runInSession(
  subject: BackendCase,
  create: CreateBackend,
  { seed, timeoutMs }: Plan,
): Promise<string | undefined> {
  const session = await within(timeoutMs, openSession(create, createRandom(seed, subject.id)))
  const end = (): Promise<void> => within(timeoutMs, session.end())
  try {
    const lacks = session.lacks(subject.requires ?? [])
    if (lacks === undefined) await within(timeoutMs, subject.run(session.context))
    await end()
    return lacks
  } catch (error) {
    await end().catch(() => {})
    throw error
  }
}

function failure(id: string, cause: unknown, seed: number): Error {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new Error(`${id}: ${message} [seed ${seed}]`, { cause })
}

/** The longest that a case can take: to open, to run and to end, and a second to say so. Milliseconds. */
export function limitOf(plan: Plan): number {
  return 3 * plan.timeoutMs + 1000
}
