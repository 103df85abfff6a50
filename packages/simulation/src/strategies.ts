import { consistentHash } from '@blockpool/consistent-hash'
import { byPriority } from '@blockpool/core'
import { costAware } from '@blockpool/cost-aware'
import { latencyAware } from '@blockpool/latency-aware'
import { leastLoaded } from '@blockpool/least-loaded'
import { replicated } from '@blockpool/replicated'
import { roundRobin } from '@blockpool/round-robin'
import { sizeBased } from '@blockpool/size-based'
import type { Strategies } from './world.ts'

/** Every strategy of this repository. */
export const strategies: Strategies = {
  'by-priority': byPriority,
  'round-robin': roundRobin,
  'size-based': sizeBased,
  'least-loaded': leastLoaded,
  'cost-aware': costAware,
  'latency-aware': latencyAware,
  replicated,
  'consistent-hash': consistentHash,
}
