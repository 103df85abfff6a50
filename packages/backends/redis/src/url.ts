import { PoolError } from '@blockpool/core'

/** What a URL can say. */
export interface UrlOptions {
  readonly host?: string
  readonly port?: number
  readonly path?: string
  readonly db?: number
  readonly username?: string
  readonly password?: string
  readonly tls?: boolean
  readonly keyPrefix?: string
  readonly replyTimeoutMs?: number
  readonly allowEviction?: boolean
}

const PARAMETERS: Readonly<Record<string, (text: string) => unknown>> = {
  db: Number,
  keyPrefix: String,
  replyTimeoutMs: Number,
  allowEviction: (text) => text === 'true',
}

/**
 * The options in `redis://user:password@host:6379/0?keyPrefix=a:`, `rediss://…` or `redis+unix:///path?db=0`.
 * @throws PoolError `ERR_INVALID_OPTIONS`, which shows nothing of the URL.
 */
export function optionsFromUrl(text: string): UrlOptions {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.hash !== '') throw invalid('expected redis://host:port/db, rediss:// or redis+unix:///path')
  return { ...locationOf(url), ...loginOf(url), ...parametersOf(url) }
}

function locationOf({ protocol, hostname, port, pathname }: URL): UrlOptions {
  if (protocol === 'redis+unix:') {
    if (hostname !== '' || pathname.length < 2) throw invalid('expected redis+unix:///path')
    return { path: decode(pathname) }
  }
  if (protocol !== 'redis:' && protocol !== 'rediss:')
    throw invalid('expected redis:, rediss: or redis+unix:')
  if (!/^(\/\d*)?$/.test(pathname)) throw invalid('expected the number of a database after the host')
  return {
    ...(hostname !== '' && { host: decode(hostname).replace(/^\[(.*)\]$/, '$1') }),
    ...(port !== '' && { port: Number(port) }),
    ...(pathname.length > 1 && { db: Number(pathname.slice(1)) }),
    ...(protocol === 'rediss:' && { tls: true }),
  }
}

function loginOf({ username, password }: URL): UrlOptions {
  return {
    ...(username !== '' && { username: decode(username) }),
    ...(password !== '' && { password: decode(password) }),
  }
}

function parametersOf({ searchParams }: URL): UrlOptions {
  const found = [...searchParams].map(([name, value]) => {
    const parse = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined
    if (!parse) throw invalid(`expected one of ${Object.keys(PARAMETERS).join(', ')} as parameters`)
    return [name, parse(value)] as const
  })
  return Object.fromEntries(found)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid('expected percent-encoded parts')
  }
}

function invalid(reason: string): PoolError {
  return new PoolError('ERR_INVALID_OPTIONS', `the URL of a redis backend: ${reason}`)
}
