import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { S3Access } from '@blockpool/test-services'

export interface RunningS3 {
  readonly access: S3Access
  stop(): Promise<void>
}

/** A server in a process of its own: its work shall not count as a client's. */
export async function startChild(program: 's3-bare' | 's3-emulator'): Promise<RunningS3> {
  const child = fork(join(import.meta.dirname, `${program}.ts`), {
    execArgv: ['--conditions=@blockpool/source'],
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  const [access] = (await once(child, 'message')) as [S3Access]
  return {
    access,
    async stop() {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}
