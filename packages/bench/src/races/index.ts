import type { Topic } from '../race.ts'
import { fsTopic, syncedFsTopic } from './fs.ts'
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
]
