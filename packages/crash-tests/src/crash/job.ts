import type { TargetName } from './targets.ts'

/** What a writer process is told to do with one store: write until it is killed. */
export interface Task {
  readonly target: TargetName
  readonly folder: string
  /** Blocks that are there. */
  readonly live: readonly number[]
  /** Blocks that were deleted. */
  readonly gone: readonly number[]
  /** The first number that was never used. */
  readonly next: number
}

export interface Job {
  readonly seed: number
  readonly tasks: readonly Task[]
}

/**
 * What a writer says, a line each. `ready`: loaded, waiting for its job. `open`: the store of task `at` is open. The
 * others are about block `n` of task `at`: begun (before anything is done), acknowledged, or failed, which it must not.
 */
export type Message =
  | { readonly type: 'ready' }
  | { readonly type: 'open'; readonly at: number }
  | {
      readonly type: 'begin' | 'end'
      readonly at: number
      readonly operation: 'put' | 'delete'
      readonly n: number
    }
  | { readonly type: 'failed'; readonly at: number; readonly reason: string }

const LETTERS = { 'begin put': 'P', 'end put': 'p', 'begin delete': 'D', 'end delete': 'd' } as const

export function encode(message: Message): string {
  if (message.type === 'ready') return 'R'
  if (message.type === 'open') return `O${message.at}`
  if (message.type === 'failed') return `F${message.at} ${JSON.stringify(message.reason)}`
  return `${LETTERS[`${message.type} ${message.operation}`]}${message.at} ${message.n}`
}

export function decode(line: string): Message {
  const [head = '', ...rest] = line.split(' ')
  const letter = head[0]
  const at = Number(head.slice(1))
  if (letter === 'R') return { type: 'ready' }
  if (letter === 'O') return { type: 'open', at }
  if (letter === 'F') return { type: 'failed', at, reason: JSON.parse(rest.join(' ')) }
  const operation = letter?.toLowerCase() === 'p' ? 'put' : 'delete'
  return { type: letter === letter?.toLowerCase() ? 'end' : 'begin', at, operation, n: Number(rest[0]) }
}
