import { testStrategy } from '@blockpool/conformance/vitest'
import { byPriority, rankBy, type Strategy } from '@blockpool/core'
import { sizeBased } from '@blockpool/size-based'

/** Stable, and with a say on the copies. */
const lightest: Strategy = {
  type: 'lightest',
  stable: true,
  rank: (_request, candidates) => rankBy(candidates, ({ weight }) => weight),
  copies: () => 2,
}

testStrategy('size-based', () => sizeBased())
testStrategy('size-based with nested strategies', () =>
  sizeBased({ strategy: byPriority(), within: [{ fromBytes: 1_024, strategy: lightest }] }),
)
