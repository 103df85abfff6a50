import { writeFile } from 'node:fs/promises'
import { startRedis } from '@blockpool/test-services'
import { addressIn, makeFolder, type TargetName } from './targets.ts'

/** What is killed beside the writer: the process that stores what the writer sends. */
export interface Server {
  /** kill -9. */
  kill(): Promise<void>
  /** Starts it again on what it has left. */
  start(): Promise<void>
  /** Ends it, and removes what it has stored. */
  stop(): Promise<void>
}

/** Makes the folder of a target, and starts the server that it needs. */
export async function prepareTarget(target: TargetName, folder: string): Promise<Server | undefined> {
  await makeFolder(folder)
  if (target !== 'redis') return undefined
  const server = await startRedis({ durable: true })
  await writeFile(addressIn(folder), server.url)
  return server
}
