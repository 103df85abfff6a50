import { invalid, type S3ServerOptions } from './options.ts'

/** Options that a query may hold, as texts. Credentials are none of them: URLs are shown and logged. */
const NAMES = ['region', 'endpoint', 'forcePathStyle', 'create', 'connections'] as const

/**
 * The options of `s3://bucket/prefix?region=…&endpoint=…&forcePathStyle=true`.
 * @throws PoolError `ERR_INVALID_OPTIONS`, without the URL, since it may hold a secret by mistake.
 */
export function optionsOfUrl(url: string): S3ServerOptions {
  const { bucket, prefix, query } =
    /^s3:\/\/(?<bucket>[^/?#@:]+)(?:\/(?<prefix>[^?#]*))?(?:\?(?<query>[^#]*))?$/.exec(url)?.groups ?? {}
  if (bucket === undefined)
    throw invalid('a URL must be of the form s3://bucket/prefix?region=name, without credentials')
  const settings = [...new URLSearchParams(query)]
  const unknown = settings.find(([name]) => !NAMES.some((known) => known === name))
  if (unknown) throw invalid(`a URL has no parameter '${unknown[0]}'; there are ${NAMES.join(', ')}`)
  return {
    bucket,
    ...(prefix && { prefix: decode(prefix) }),
    ...Object.fromEntries(settings.map(([name, value]) => [name, parse(name, value)])),
  }
}

/** What fits no type is left for the schema to refuse. */
function parse(name: string, text: string): unknown {
  if (name === 'connections' && /^\d+$/.test(text)) return Number(text)
  const isFlag = name === 'forcePathStyle' || name === 'create'
  return isFlag && (text === 'true' || text === 'false') ? text === 'true' : text
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid('the prefix in the URL is not percent-encoded')
  }
}
