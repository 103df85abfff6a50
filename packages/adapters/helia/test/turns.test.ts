import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Turns } from '../src/turns.ts'
import { errorOf } from './support/collect.ts'

test('changes of one key run one after another, in the order of their calls, failed ones too', async () => {
  const turns = new Turns()
  const seen: string[] = []
  const change = (name: string, ms: number) => async (): Promise<string> => {
    seen.push(`${name} begins`)
    await sleep(ms)
    seen.push(`${name} ends`)
    if (name === 'b') throw new Error('b')
    return name
  }
  const b = errorOf(() => turns.run('key', change('b', 5)))
  const c = turns.run('key', change('c', 0))
  expect(await b).toMatchObject({ message: 'b' })
  expect(await c).toBe('c')
  expect(seen).toEqual(['b begins', 'b ends', 'c begins', 'c ends'])
})

test('changes of other keys do not wait', async () => {
  const turns = new Turns()
  void turns.run('held', () => new Promise(() => {}))
  expect(await turns.run('free', async () => 1)).toBe(1)
})
