import { invalidAt } from './errors.ts'
import { parseBackendUrl } from './url.ts'

/** Environment variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Keys of a configuration that the environment sets, each with the variable that it comes from. */
export interface EnvironmentOverrides {
  readonly values: Readonly<Record<string, unknown>>
  readonly sources: Readonly<Record<string, string>>
}

/**
 * Reads `BLOCKPOOL_BACKENDS`, `BLOCKPOOL_STRATEGY` and `BLOCKPOOL_COPIES`. An empty variable counts as unset.
 * @throws PoolError `ERR_INVALID_OPTIONS` naming the variable.
 */
export function environmentOverrides(env: Environment): EnvironmentOverrides {
  const values: Record<string, unknown> = {}
  const sources: Record<string, string> = {}
  const take = (key: string, name: string, read: (text: string, name: string) => unknown): void => {
    const text = env[name]?.trim()
    if (!text) return
    values[key] = read(text, name)
    sources[key] = name
  }
  take('backends', 'BLOCKPOOL_BACKENDS', parseBackends)
  take('strategy', 'BLOCKPOOL_STRATEGY', (text) => text)
  take('copies', 'BLOCKPOOL_COPIES', (text) => (/^\d+$/.test(text) ? Number(text) : text))
  return { values, sources }
}

/** `hot=sqlite:./hot.db,cold=fs:./cold`. Without an id the type of the URL is the id. A comma in a URL is `%2C`. */
function parseBackends(text: string, source: string): Record<string, string> {
  const backends: Record<string, string> = {}
  for (const part of text.split(/[,\s]+/).filter(Boolean)) {
    const [, given, url = ''] = /^(?:([^=:/?]+)=)?(.*)$/.exec(part) ?? []
    const type = parseBackendUrl(url)?.type
    const id = given ?? type
    if (id === undefined || type === undefined) {
      throw invalidAt({ source, path: [] }, 'expected entries such as hot=sqlite:./hot.db, divided by commas')
    }
    if (Object.hasOwn(backends, id)) {
      throw invalidAt(
        { source, path: [id] },
        'stands there twice; give each backend an id of its own: id=url',
      )
    }
    backends[id] = url
  }
  return backends
}
