import { errorCode, PoolError, type PoolErrorInit } from '@blockpool/core'

/** What a server says while it, or its cluster, is on its way to another state. https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors */
const PASSING = [
  'LOADING',
  'MASTERDOWN',
  'CLUSTERDOWN',
  'TRYAGAIN',
  'READONLY',
  'MOVED',
  'ASK',
  'BUSY',
  'MISCONF',
  'NOREPLICAS',
  'UNBLOCKED',
]

/** The server answered, and the answer is an error: the command has had no effect. */
export function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError'
}

/** The first word of an error that the server answered with, such as `OOM` or `MOVED`; empty for others. */
export function replyCode(error: unknown): string {
  return isReply(error) ? (/^[A-Z]+/.exec(error.message)?.[0] ?? '') : ''
}

/** The error of ours that a failure of Redis or of its connection stands for; errors of ours stay as they are. */
export function toPoolError(error: unknown, store: string, init: PoolErrorInit = {}): PoolError {
  if (errorCode(error)) return error as PoolError
  const cause = withoutArguments(rootOf(error))
  const message = `${store}: ${cause.message || codeOf(cause) || 'the connection failed'}`
  if (replyCode(error) === 'OOM') return new PoolError('ERR_FULL', message, { ...init, cause })
  return new PoolError('ERR_BACKEND', message, { retryable: isPassing(cause), ...init, cause })
}

/** What a write is rejected with: without an answer it may still take effect. */
export function toWriteError(error: unknown, store: string): PoolError {
  return toPoolError(error, store, { unsettled: !isReply(error) && !errorCode(error) })
}

/** Nothing was sent. */
export function notConnected(store: string): PoolError {
  return new PoolError('ERR_BACKEND', `${store}: not connected`, { retryable: true })
}

export function noAnswer(store: string, ms: number, unsettled = false): PoolError {
  return new PoolError('ERR_TIMEOUT', `${store}: no answer within ${ms} ms`, { retryable: true, unsettled })
}

function isPassing(cause: Error): boolean {
  if (!isReply(cause)) return true
  return PASSING.includes(replyCode(cause)) || cause.message.startsWith('ERR max number of clients')
}

/** A cluster says why its last node could not be reached. */
function rootOf(error: unknown): unknown {
  const last = (error as { lastNodeError?: unknown } | undefined)?.lastNodeError
  return last instanceof Error ? last : error
}

/** ioredis hangs the arguments on replies, and Redis repeats those of commands unknown to it: passwords and blocks. */
function withoutArguments(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  const copy = new Error(shortened(error.message))
  Object.defineProperty(copy, 'name', { value: error.name, configurable: true, enumerable: false })
  if (error.stack !== undefined) copy.stack = shortened(error.stack)
  const code = codeOf(error)
  return code === undefined ? copy : Object.assign(copy, { code })
}

function shortened(text: string): string {
  return text.replace(/,? with args beginning with:.*/g, '')
}

function codeOf(error: Error): string | undefined {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : undefined
}
