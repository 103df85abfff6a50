import { parentPort } from 'node:worker_threads'
import { type Batch, type Failure, writeFiles } from './write-files.ts'

// What `WriteThread` runs. The first answer, to no batch, says that the thread has started.
const none: readonly Failure[] = []
parentPort?.on('message', (batch: Batch) => parentPort?.postMessage(writeFiles(batch)))
parentPort?.postMessage(none)
