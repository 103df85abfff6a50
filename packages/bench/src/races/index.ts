import type { Topic } from '../race.ts'
import { addTopic } from './add.ts'
import { carTopic } from './car.ts'
import { fsTopic, syncedFsTopic } from './fs.ts'
import { growthTopic } from './growth.ts'
import { heldTopic } from './held.ts'
import { hintsTopic } from './hints.ts'
import { latencyTopic } from './latency.ts'
import { limitsTopic } from './limits.ts'
import { memoryTopic } from './memory.ts'
import { poolTopic } from './pool.ts'
import { redisTopic } from './redis.ts'
import { replicatedTopic } from './replicated.ts'
import { cephTopic, s3Topic } from './s3.ts'
import { sqliteTopic } from './sqlite.ts'

/** In the order of the report. */
export const topics: readonly Topic[] = [
  memoryTopic,
  poolTopic,
  replicatedTopic,
  sqliteTopic,
  fsTopic,
  syncedFsTopic,
  redisTopic,
  s3Topic,
  cephTopic,
  carTopic,
  addTopic,
  hintsTopic,
  heldTopic,
  growthTopic,
  latencyTopic,
  limitsTopic,
]
