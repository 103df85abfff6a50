import { errorCode, PoolError, type SchemaIssue } from '@blockpool/core'
import { isSecretName, redactText, redactUrl } from './redact.ts'

/** Where a value of configuration stands: a file or variable, and the keys that lead to it. */
export interface Place {
  readonly source: string
  readonly path: readonly string[]
}

const namesItsPlace = new WeakSet<PoolError>()

/** `ERR_INVALID_OPTIONS` that names the source, the key, and what is wrong there. Nothing secret may be in `problem`. */
export function invalidAt(place: Place, problem: string, cause?: unknown): PoolError {
  const key = place.path.length > 0 ? ` ${place.path.join('.')}:` : ''
  return invalid(`${place.source}:${key} ${problem}`, cause)
}

function invalid(message: string, cause?: unknown): PoolError {
  const error = new PoolError('ERR_INVALID_OPTIONS', message, { cause })
  namesItsPlace.add(error)
  return error
}

/** What stands there, in words fit for a message: no contents of objects, no secrets. */
export function describe(value: unknown, key = ''): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return 'an object'
  if (isSecretName(key)) return `a ${typeof value}`
  if (typeof value === 'string') return JSON.stringify(shorten(redactUrl(value)))
  return typeof value === 'function' ? 'a function' : String(value)
}

/**
 * One error for all that a schema found wrong.
 * @param knownKeys the keys that the schema takes, where they are known
 * @param sourceOf the source of a key, where not all come from one
 */
export function issuesAt(
  place: Place,
  issues: readonly SchemaIssue[],
  input: unknown,
  knownKeys?: readonly string[],
  sourceOf: (path: readonly string[]) => string = () => place.source,
): PoolError {
  const problems = issues.map((issue) => {
    const inside = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part))
    const path = [...place.path, ...inside]
    return invalidAt({ source: sourceOf(path), path }, problemOf(issue, inside, input, knownKeys))
  })
  const [first] = problems
  if (first && problems.length === 1) return first
  return invalid(problems.map((problem) => problem.message).join('\n'))
}

/**
 * Names the place in an error that was thrown while something was built from there. Errors that already name theirs,
 * and those of a pool or backend that did not open, stay as they are.
 */
export function placed(place: Place, error: unknown): unknown {
  const code = errorCode(error)
  if (code === 'ERR_INVALID_OPTIONS' ? namesItsPlace.has(error as PoolError) : code !== undefined)
    return error
  const message = error instanceof Error ? error.message : String(error)
  const safe = redactText(message)
  return invalidAt(place, safe, safe === message ? error : undefined)
}

/** What went wrong when a module was imported. */
export function doesNotLoad(error: unknown): string {
  return `does not load: ${redactText(error instanceof Error ? error.message : String(error))}`
}

/** The part of an issue of valibot that says more than the standard does. */
interface DetailedIssue extends SchemaIssue {
  readonly kind?: unknown
  readonly type?: unknown
  readonly expected?: unknown
}

function problemOf(
  issue: DetailedIssue,
  path: readonly string[],
  input: unknown,
  knownKeys: readonly string[] | undefined,
): string {
  const key = path.at(-1) ?? ''
  const found = valueAt(input, path)
  if (issue.expected === 'never') {
    const known = path.length === 1 && knownKeys ? `; known are ${knownKeys.join(', ')}` : ''
    return `expected no such key${known}`
  }
  const wanted = wantedBy(issue, key)
  if (wanted === undefined) return `${withoutSecrets(issue.message, input)} (found ${describe(found, key)})`
  return found === undefined ? 'is required and missing' : `expected ${wanted}, found ${describe(found, key)}`
}

const WORDS: Readonly<Record<string, string>> = {
  Object: 'an object',
  Array: 'an array',
  number: 'a number',
  string: 'a string',
  boolean: 'true or false',
  safe_integer: 'a whole number',
  integer: 'a whole number',
  finite: 'a finite number',
  non_empty: 'a value that is not empty',
}

/** What valibot expected, in words; undefined for other libraries, and where the schema brings words of its own. */
function wantedBy(issue: DetailedIssue, key: string): string | undefined {
  if (issue.kind === undefined || !issue.message.startsWith('Invalid ')) return undefined
  const words = WORDS[String(issue.expected)] ?? WORDS[String(issue.type)]
  if (words !== undefined) return words
  if (typeof issue.expected !== 'string') return undefined
  if (isSecretName(key)) return 'another value'
  return issue.expected.replace(/^>=/, 'at least ').replace(/^<=/, 'at most ').replace(/^>/, 'more than ')
}

function valueAt(input: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => {
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
  }, input)
}

/** The message of a foreign schema library may quote its input. */
function withoutSecrets(message: string, input: unknown): string {
  return redactText(secretsIn(input).reduce((text, secret) => text.replaceAll(secret, '***'), message))
}

function secretsIn(input: unknown): string[] {
  if (typeof input !== 'object' || input === null) return []
  return Object.entries(input).flatMap(([key, value]) =>
    isSecretName(key) && typeof value !== 'object' ? [String(value)] : secretsIn(value),
  )
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
