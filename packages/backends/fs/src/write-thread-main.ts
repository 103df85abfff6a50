import { parentPort, workerData } from 'node:worker_threads'
import { type Failure, type File, writeFiles } from './write-files.ts'

// What `WriteThread` runs. The first answer, to no batch, says that the thread has started.
const none: readonly Failure[] = []
parentPort?.on('message', (files: readonly File[]) => parentPort?.postMessage(writeFiles(files, workerData)))
parentPort?.postMessage(none)
