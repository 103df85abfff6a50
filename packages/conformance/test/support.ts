import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** The error that started it all. */
export function rootCause(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? rootCause(error.cause) : error
}

/** Runs Node outside of this runner; resolves to all that it printed. */
export async function runNode(args: readonly string[], cwd: URL): Promise<string> {
  const run = promisify(execFile)
  const env = { PATH: process.env.PATH, NO_COLOR: '1' }
  const { stdout } = await run(process.execPath, args, { cwd, env, maxBuffer: 2 ** 26 }).catch(
    (error) => error,
  )
  return stdout
}
