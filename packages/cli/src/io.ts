import type { Environment } from '@blockpool/config'

/** A stream that text and bytes go to. `process.stdout` is one. */
export interface Output {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  write(chunk: string | Uint8Array, done?: (error?: Error | null) => void): boolean
}

/** All that a command may touch of the process it runs in. */
export interface Io {
  readonly stdin: AsyncIterable<Uint8Array | string>
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Environment
  readonly cwd: string
  /** Aborts when the user wants out; the command then closes the pool and ends with 130. */
  readonly signal: AbortSignal
}

/** Resolves when the stream has taken the chunk, so that nothing piles up. */
export function write(output: Output, chunk: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(chunk, (error) => (error ? reject(error) : resolve()))
  })
}

/** Writes lines in portions, so that many short ones are cheap and the first ones still come soon. */
export async function writeLines(output: Output, lines: AsyncIterable<string>): Promise<void> {
  const portionBytes = 16_384
  const portionMs = 100
  let portion = ''
  let since = performance.now()
  for await (const line of lines) {
    portion += `${line}\n`
    if (portion.length < portionBytes && performance.now() - since < portionMs) continue
    await write(output, portion)
    portion = ''
    since = performance.now()
  }
  if (portion !== '') await write(output, portion)
}
