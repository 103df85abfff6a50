import type { BackendSettings } from '@blockpool/core'
import { settingNames } from './schema.ts'

export interface BackendUrl {
  /** The type of the plugin: the scheme, or what it is an alias of. */
  readonly type: string
  /** The URL without the settings of the operator. */
  readonly url: string
  /** Settings of the operator from the query, as numbers and truth values where they look so; not validated. */
  readonly settings: Readonly<Record<string, unknown>>
}

/** Schemes that people know for a type of ours. */
const ALIASES: Readonly<Record<string, string>> = {
  file: 'fs',
  rediss: 'redis',
  'redis+unix': 'redis',
}

const SCHEME = /^([a-z][a-z0-9+.-]*):/i

/** Splits `sqlite:./hot.db?priority=200` into type, URL and settings. Undefined for what has no scheme. */
export function parseBackendUrl(text: string): BackendUrl | undefined {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) return undefined
  const type = ALIASES[scheme] ?? scheme
  const mark = text.indexOf('?')
  if (mark === -1) return { type, url: text, settings: {} }
  const settings: Record<string, unknown> = {}
  const rest = text
    .slice(mark + 1)
    .split('&')
    .filter((parameter) => !takeSetting(parameter, settings))
  return { type, url: text.slice(0, mark) + (rest.length > 0 ? `?${rest.join('&')}` : ''), settings }
}

function takeSetting(parameter: string, settings: Record<string, unknown>): boolean {
  const [[name, value] = ['', '']] = new URLSearchParams(parameter)
  if (!settingNames.includes(name)) return false
  settings[name] = plainValue(value, name)
  return true
}

function plainValue(text: string, name: keyof BackendSettings | string): unknown {
  if (name === 'zone') return text
  if (text === 'true' || text === 'false') return text === 'true'
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}
