#!/usr/bin/env node
import { run } from './program.ts'

const interrupt = new AbortController()

// The first one closes the pool and ends; the second does not wait for it.
process.on('SIGINT', stop)
process.on('SIGTERM', stop)

function stop(): void {
  if (interrupt.signal.aborted) process.exit(130)
  interrupt.abort()
}

// A reader that is gone shows as a failed write; without this it would be an uncaught error, too.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  signal: interrupt.signal,
})
