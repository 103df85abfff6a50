import type { Topic } from '../race.ts'
import { fsTopic, syncedFsTopic } from './fs.ts'
import { memoryTopic } from './memory.ts'
import { sqliteTopic } from './sqlite.ts'

/** In the order of the report. */
export const topics: readonly Topic[] = [memoryTopic, sqliteTopic, fsTopic, syncedFsTopic]
