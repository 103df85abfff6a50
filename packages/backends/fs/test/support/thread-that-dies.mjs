import { parentPort } from 'node:worker_threads'

// Starts as a thread that writes files does, and ends when it is given any.
parentPort.on('message', () => process.exit(1))
parentPort.postMessage([])
