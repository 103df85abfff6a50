import { createHash, randomBytes } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** A temp file that was not written to for this long belongs to no put that is under way. Milliseconds. */
export const STALE_AFTER_MS: number = 3_600_000

/**
 * Names of temp files: place, process, instance, number. The place stands for the machine and its process namespace
 * (containers count their processes apart), so that a process id is compared only where it means something.
 */
const PATTERN = /^([0-9a-f]{8})\.(\d{1,10})\.[0-9a-f]{8}\.\d{1,16}$/

/** A source of names that no other instance, process or machine makes. */
export function tempNames(): () => string {
  const prefix = `${here()}.${process.pid}.${randomBytes(4).toString('hex')}`
  let count = 0
  return () => `${prefix}.${count++}`
}

export function isTempName(name: string): boolean {
  return PATTERN.test(name)
}

/**
 * Whether a temp file is a leftover. It is when its process ran here and runs no more, or when it was not written to
 * for an hour. A slow put that loses its file this way fails and can be repeated; it never loses a block.
 */
export function isStale(name: string, modifiedMs: number, nowMs: number): boolean {
  const [, place, pid] = PATTERN.exec(name) ?? []
  if (place === undefined) return false
  if (place === here() && !isAlive(Number(pid))) return true
  return nowMs - modifiedMs > STALE_AFTER_MS
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code !== 'ESRCH'
  }
}

let place: string | undefined

function here(): string {
  place ??= createHash('sha256').update(`${hostname()}\n${processNamespace()}`).digest('hex').slice(0, 8)
  return place
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}
