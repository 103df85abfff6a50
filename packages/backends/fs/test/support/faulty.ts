import { type FileSystem, nodeFileSystem } from '../../src/index.ts'

export type Method = keyof FileSystem | 'write' | 'sync' | 'close'

/** Called before each step with its method and path. An errno makes the step fail; a promise holds it up. */
export type Fault = (method: Method, path: string) => string | Promise<void> | undefined

/** The real file system, with faults: 'write', 'sync' and 'close' are those of files being written. */
export function faulty(fault: Fault): FileSystem {
  const step = async (method: Method, path: string): Promise<void> => {
    const verdict = fault(method, path)
    if (typeof verdict === 'string') throw Object.assign(new Error(`${verdict}: injected`), { code: verdict })
    await verdict
  }
  const methods = Object.entries(nodeFileSystem).map(([name, run]) => [
    name,
    async (path: string, ...rest: unknown[]) => {
      await step(name as Method, path)
      return (run as (...args: unknown[]) => Promise<unknown>)(path, ...rest)
    },
  ])
  const files: FileSystem = Object.fromEntries(methods)
  return {
    ...files,
    create: async (path) => {
      const file = await files.create(path)
      return {
        write: (bytes) => step('write', path).then(() => file.write(bytes)),
        sync: () => step('sync', path).then(() => file.sync()),
        close: () => file.close().then(() => step('close', path)),
      }
    },
  }
}
