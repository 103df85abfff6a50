import { describe, expect, it } from 'vitest'
import { History } from '../../src/shared-pool/history.ts'

/** Changes as kind, from, to, acknowledged. */
type Change = readonly ['put' | 'delete', number, number | undefined, boolean]

function historyOf(changes: readonly Change[]): History {
  const history = new History()
  for (const [kind, from, to, acknowledged] of changes) {
    const interval = history.begin(kind, from)
    interval.acknowledged = acknowledged
    if (to !== undefined) interval.to = to
  }
  return history
}

describe('a block that several processes change', () => {
  it.each<[string, readonly Change[], string]>([
    ['is absent at first', [], 'absent'],
    ['is present after a put', [['put', 1, 2, true]], 'present'],
    ['may be either after a put that failed', [['put', 1, 2, false]], 'either'],
    [
      'is absent after a delete that came later',
      [
        ['put', 1, 2, true],
        ['delete', 3, 4, true],
      ],
      'absent',
    ],
    [
      'may be either after changes that overlap',
      [
        ['put', 1, 4, true],
        ['delete', 3, 5, true],
      ],
      'either',
    ],
    [
      'may be either while a delete is under way',
      [
        ['put', 1, 2, true],
        ['delete', 3, undefined, false],
      ],
      'either',
    ],
    [
      'is present after a put that came after all deletes',
      [
        ['delete', 1, 2, true],
        ['delete', 1, 3, false],
        ['put', 4, 5, true],
      ],
      'present',
    ],
  ])('%s', (_, changes, expectation) => {
    expect(historyOf(changes).expectation).toBe(expectation)
  })

  it('is what was seen, when nothing was under way', () => {
    const history = historyOf([
      ['put', 1, 4, true],
      ['delete', 3, undefined, false],
    ])
    history.settle(6)
    history.seen(false, 7)
    expect(history.expectation).toBe('absent')
  })
})
