import { expect, test } from 'vitest'
import { Turns } from '../src/turns.ts'

test('tasks of one key run one after another, those of others beside them', async () => {
  const turns = new Turns()
  const steps: string[] = []
  const task = (name: string) => async () => {
    steps.push(`${name} begins`)
    await new Promise(setImmediate)
    steps.push(`${name} ends`)
  }
  const all = [turns.run('a', task('first')), turns.run('a', task('second')), turns.run('b', task('other'))]
  expect(steps).toEqual(['first begins', 'other begins'])
  await Promise.all(all)
  expect(steps.indexOf('second begins')).toBeGreaterThan(steps.indexOf('first ends'))
})

test('a task that fails does not stop the next', async () => {
  const turns = new Turns()
  const failing = turns.run('a', () => Promise.reject(new Error('no')))
  const next = turns.run('a', async () => 'next')
  await expect(failing).rejects.toThrow()
  expect(await next).toBe('next')
})

test('it is idle when all have ended, those that came meanwhile too', async () => {
  const turns = new Turns()
  let ended = 0
  const task = async () => {
    await new Promise(setImmediate)
    ended++
  }
  void turns.run('a', task)
  const idle = turns.idle()
  void turns.run('b', task)
  void turns.run('a', task)
  await idle
  expect(ended).toBe(3)
})
