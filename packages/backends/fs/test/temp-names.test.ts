import { describe, expect, test } from 'vitest'
import { isStale, isTempName, STALE_AFTER_MS, tempNames } from '../src/temp-names.ts'
import { deadPid } from './support/processes.ts'

const now = 1_800_000_000_000

describe('names of temp files', () => {
  test('no two are the same, within an instance and between instances', () => {
    const [first, second] = [tempNames(), tempNames()]
    const names = Array.from({ length: 100 }, () => [first(), second()]).flat()
    expect(new Set(names).size).toBe(200)
    for (const name of names) expect(isTempName(name)).toBe(true)
  })

  test('other names are not ours, and never stale', () => {
    for (const name of ['', 'notes.txt', 'store.json', '../../etc/passwd', `${tempNames()()}.bak`]) {
      expect(isTempName(name)).toBe(false)
      expect(isStale(name, 0, now)).toBe(false)
    }
  })

  test('a file of a process that lives is stale after an hour without a write', () => {
    const name = tempNames()()
    expect(isStale(name, now, now)).toBe(false)
    expect(isStale(name, now - STALE_AFTER_MS, now)).toBe(false)
    expect(isStale(name, now - STALE_AFTER_MS - 1, now)).toBe(true)
  })

  test('a file of a process of this machine that is dead is stale at once', async () => {
    const name = tempNames()().replace(/\.\d+\./, `.${await deadPid()}.`)
    expect(isStale(name, now, now)).toBe(true)
  })

  test('a file of another machine is stale after an hour only, whatever its process id', async () => {
    const name = tempNames()().replace(/^[0-9a-f]{8}\.\d+\./, `00000000.${await deadPid()}.`)
    expect(isStale(name, now, now)).toBe(false)
    expect(isStale(name, now - STALE_AFTER_MS - 1, now)).toBe(true)
  })
})
