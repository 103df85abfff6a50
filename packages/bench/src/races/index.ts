import type { Topic } from '../race.ts'
import { memoryTopic } from './memory.ts'

/** In the order of the report. */
export const topics: readonly Topic[] = [memoryTopic]
