import { randomUUID } from 'node:crypto'
import { PoolError } from '@blockpool/core'
import { failureOf } from './failure.ts'
import type { Layout } from './layout.ts'
import type { Requests } from './requests.ts'

const FORMAT = 'blockpool-s3'
const VERSION = 1
/** What servers answer that know the condition: another one was faster. */
const TAKEN: ReadonlySet<number | undefined> = new Set([409, 412])
/** What servers answer that do not. */
const UNKNOWN_CONDITION: ReadonlySet<number | undefined> = new Set([400, 501])

/** @throws PoolError `ERR_STORE_GONE`, `ERR_STORE_INVALID` */
export async function readIdentity(
  requests: Requests,
  layout: Layout,
  signal?: AbortSignal,
): Promise<string> {
  const id = await findIdentity(requests, layout, signal)
  if (id === undefined) throw gone(`there is no object '${layout.store}'`)
  return id
}

/**
 * Finds the store, or makes one where nothing is. Of several that make it at once the first wins, on servers that know
 * If-None-Match; on others the last, and all see its id.
 */
export async function openStore(
  requests: Requests,
  layout: Layout,
  create: boolean,
  signal?: AbortSignal,
): Promise<void> {
  if ((await findIdentity(requests, layout, signal)) !== undefined) return
  if (!create) throw gone(`there is no object '${layout.store}'`)
  const { objects } = await requests.page('open', layout.blocks, undefined, signal, 1)
  if (objects.length === 0) await makeStore(requests, layout, signal)
  // Where blocks are, another one may have made it just now.
  else if ((await findIdentity(requests, layout, signal)) === undefined) {
    throw invalid(`there are objects below '${layout.blocks}', but no '${layout.store}'`)
  }
  await readIdentity(requests, layout, signal)
}

async function makeStore(requests: Requests, layout: Layout, signal: AbortSignal | undefined): Promise<void> {
  const text = JSON.stringify({ format: FORMAT, version: VERSION, id: randomUUID() })
  const bytes = new TextEncoder().encode(text)
  try {
    await requests.putNew(layout.store, bytes, signal)
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    const { status } = failureOf(error)
    if (TAKEN.has(status)) return
    if (!UNKNOWN_CONDITION.has(status)) throw requests.error('open', true, error)
    await requests.put('open', layout.store, bytes, signal)
  }
}

async function findIdentity(
  requests: Requests,
  layout: Layout,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const bytes = await requests.get('identity', layout.store, signal)
  return bytes && parse(new TextDecoder().decode(bytes), layout)
}

function parse(text: string, { store }: Layout): string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw invalid(`'${store}' is damaged`, cause)
  }
  const { format, version, id } = Object(value) as { format?: unknown; version?: unknown; id?: unknown }
  if (format !== FORMAT || typeof id !== 'string' || id === '') throw invalid(`'${store}' is something else`)
  if (version !== VERSION) throw invalid(`'${store}' is of version ${String(version)}, not ${VERSION}`)
  return id
}

/** Retryable, as with a disk that was unmounted: what was away can come back. */
function gone(why: string): PoolError {
  return new PoolError('ERR_STORE_GONE', `s3: ${why}`, { retryable: true })
}

function invalid(why: string, cause?: unknown): PoolError {
  return new PoolError('ERR_STORE_INVALID', `s3: ${why}`, { cause })
}
