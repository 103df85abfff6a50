import { beforeEach, expect, test } from 'vitest'
import { Model } from '../src/model.ts'

const BLOCK = 0

let model: Model
beforeEach(() => {
  model = new Model(1)
})

function put(needed = 1): void {
  model.end(model.begin('put', BLOCK, needed), true)
}

function remove(acknowledged = true): void {
  model.end(model.begin('delete', BLOCK, 0), acknowledged)
}

test('a block that was never put must be absent', () => {
  const look = model.look(BLOCK)
  expect(model.mayBePresent(look)).toBe(false)
  expect(model.mayBeAbsent(look)).toBe(true)
})

test('an acknowledged put must be seen by reads that begin later', () => {
  put()
  expect(model.mayBeAbsent(model.look(BLOCK))).toBe(false)
})

test('an acknowledged delete must be seen by reads that begin later', () => {
  put()
  remove()
  expect(model.mayBePresent(model.look(BLOCK))).toBe(false)
})

test('a read that overlaps a put or a delete may see it or not', () => {
  const early = model.look(BLOCK)
  put()
  expect(model.mayBePresent(early)).toBe(true)
  expect(model.mayBeAbsent(early)).toBe(true)
  const late = model.look(BLOCK)
  remove()
  expect(model.mayBePresent(late)).toBe(true)
  expect(model.mayBeAbsent(late)).toBe(true)
})

test('after a delete that failed both answers are right, until the next put or delete is acknowledged', () => {
  put()
  remove(false)
  const look = model.look(BLOCK)
  expect([model.mayBePresent(look), model.mayBeAbsent(look)]).toEqual([true, true])
  put()
  expect(model.mayBeAbsent(model.look(BLOCK))).toBe(false)
})

test('with as many copies lost as the put has made, absence is no violation; with fewer it is', () => {
  put(2)
  model.lose(BLOCK, 0)
  model.lose(BLOCK, 0)
  expect(model.mayBeAbsent(model.look(BLOCK))).toBe(false)
  model.lose(BLOCK, 1)
  expect(model.mayBeAbsent(model.look(BLOCK))).toBe(true)
})

test('a put makes good what was lost before it, and not what was lost meanwhile', () => {
  model.lose(BLOCK, 0)
  put()
  expect(model.mayBeAbsent(model.look(BLOCK))).toBe(false)
  const attempt = model.begin('put', BLOCK, 1)
  model.lose(BLOCK, 0)
  model.end(attempt, true)
  expect(model.mayBeAbsent(model.look(BLOCK))).toBe(true)
})

test('a put that joins another counts what was lost since that one began', () => {
  const first = model.begin('put', BLOCK, 1)
  model.lose(BLOCK, 0)
  const second = model.begin('put', BLOCK, 1)
  model.end(first, true)
  model.end(second, true)
  expect(model.mayBeAbsent(model.look(BLOCK))).toBe(true)
})
