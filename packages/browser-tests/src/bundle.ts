import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

export interface Bundle {
  /** One minified ES module for browsers. */
  readonly code: string
  /** Bytes of it after gzip, at level 9. */
  readonly gzippedBytes: number
}

export interface BundleOptions {
  /** Packages that the bundle imports instead of holding them. */
  readonly external?: readonly string[]
}

const folder = import.meta.dirname

/** Bundles a program, given as source text, with the sources of the workspace. Rejects when it needs anything of Node. */
export async function bundle(program: string, { external = [] }: BundleOptions = {}): Promise<Bundle> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: join(folder, '..'), loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@blockpool/source'],
    external: [...external],
    write: false,
    logLevel: 'silent',
  })
  const contents = outputFiles[0]?.contents ?? new Uint8Array()
  return {
    code: new TextDecoder().decode(contents),
    gzippedBytes: gzipSync(contents, { level: 9 }).byteLength,
  }
}
