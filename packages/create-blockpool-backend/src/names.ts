import { Script } from 'node:vm'
import { CreateError } from './errors.ts'

/** The names that follow from that of a package. */
export interface Names {
  /** As npm knows it: '@acme/blockpool-tape', 'my-store'. */
  readonly package: string
  /** Type of the plugin and scheme of its URLs, and the folder: 'tape', 'my-store'. */
  readonly type: string
  /** The function that makes the backend or strategy: 'myStore'. */
  readonly identifier: string
  /** Beginning of the names of types: 'MyStore'. */
  readonly typeName: string
}

/** A package of npm: https://docs.npmjs.com/cli/configuring-npm/package-json#name, in the narrow form. */
const PACKAGE = /^(?:@[a-z0-9][a-z0-9._-]*\/)?(?<base>[a-z0-9][a-z0-9._-]*)$/
const MAX_PACKAGE_LENGTH = 214
/** The type of a plugin: the law `type/short-name` of the conformance kit, less what makes lines too long. */
const TYPE = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/
const MAX_TYPE_LENGTH = 28
/** Types that are there already: a registry takes each once. `file` is an alias of `fs`. */
const TAKEN = new Set([
  ...['memory', 'pool', 'fs', 'file', 'sqlite', 's3', 'redis', 'rediss'],
  ...['by-priority', 'round-robin', 'size-based', 'least-loaded', 'cost-aware', 'latency-aware'],
  ...['replicated', 'consistent-hash'],
])

/** @throws CreateError `ERR_INVALID_NAME` */
export function namesOf(name: string): Names {
  const base = name.length > MAX_PACKAGE_LENGTH ? undefined : PACKAGE.exec(name)?.groups?.base
  if (base === undefined) throw invalid(name, 'a package has a name such as my-store or @acme/my-store')
  const type = base.replace(/^blockpool-/, '')
  if (!TYPE.test(type) || type.length > MAX_TYPE_LENGTH) {
    throw invalid(
      name,
      `'${type}' must be words of a to z and 0 to 9 with - between, ${MAX_TYPE_LENGTH} at most`,
    )
  }
  if (TAKEN.has(type)) throw invalid(name, `Blockpool has a plugin '${type}' already`)
  const typeName = type.split('-').map(capitalized).join('')
  const identifier = (typeName[0] ?? '').toLowerCase() + typeName.slice(1)
  if (isReserved(identifier)) throw invalid(name, `'${identifier}' is a word of the language`)
  return { package: name, type, identifier, typeName }
}

/**
 * The code that will hold the name must not use it for something else.
 * @throws CreateError `ERR_INVALID_NAME`
 */
export function assertUnused({ package: name, identifier }: Names, code: readonly string[]): void {
  const clash = code.some((text) => wordsOf(text).has(identifier))
  if (clash) throw invalid(name, `the code has something else that is called '${identifier}'`)
}

/** Names in code, without what stands in comments and texts, and without those that are replaced. */
function wordsOf(code: string): ReadonlySet<string> {
  const bare = code.replace(/\/\*[\s\S]*?\*\/|\/\/.*$|'[^'\n]*'/gm, '')
  return new Set(bare.match(/(?!my(?:Store|Strategy))\b[a-z_$][\w$]*/gi))
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

function isReserved(identifier: string): boolean {
  try {
    new Script(`'use strict'; let ${identifier}`)
    return false
  } catch {
    return true
  }
}

function invalid(name: string, why: string): CreateError {
  return new CreateError('ERR_INVALID_NAME', `'${name}' cannot be the name: ${why}`)
}
