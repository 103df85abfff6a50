import { randomUUID } from 'node:crypto'
import { PoolError } from '@blockpool/core'
import type { Link } from './client.ts'

/**
 * The id that all markers hold.
 * @throws PoolError `ERR_STORE_GONE` when one is missing or differs: its server has lost its data.
 */
export async function readIdentity(link: Link, markers: readonly string[], name: string): Promise<string> {
  const [id, ...others] = await idsIn(link, markers)
  if (id === undefined || others.some((other) => other !== id)) {
    throw new PoolError(
      'ERR_STORE_GONE',
      `${name} is not the store that it was, or has lost some of its data`,
    )
  }
  return id
}

/**
 * Makes the store where there is none, and completes one that was not wholly made. Of two that make it at once, one wins.
 * @throws PoolError `ERR_STORE_GONE`.
 */
export async function makeIdentity(link: Link, markers: readonly string[], name: string): Promise<void> {
  const found = await idsIn(link, markers)
  if (found.every((id) => id !== undefined)) return void (await readIdentity(link, markers, name))
  const id = found.find((each) => each !== undefined) ?? (await claim(link, markers[0] ?? ''))
  await Promise.all(markers.map((marker) => link.client.callBuffer('set', [marker, id, 'NX'])))
  await readIdentity(link, markers, name)
}

async function claim(link: Link, marker: string): Promise<string> {
  await link.client.callBuffer('set', [marker, randomUUID(), 'NX'])
  const [id = ''] = await idsIn(link, [marker])
  return id
}

async function idsIn(link: Link, markers: readonly string[]): Promise<readonly (string | undefined)[]> {
  const values = await Promise.all(markers.map((marker) => link.client.callBuffer('get', [marker])))
  return values.map((value) => (value === null ? undefined : String(value)))
}
