import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Mutant, plant } from './mutant.ts'

export const root: string = join(import.meta.dirname, '..', '..', '..')

const COPIED = ['package.json', 'tsconfig.base.json', 'vitest.config.ts', 'packages']
const isLeftOut = (path: string): boolean => /[/\\](dist|\.vite|\.turbo)$/.test(path)

/** A copy of the workspace in a temporary folder, to plant bugs in. What is installed is shared with the original. */
export class WorkspaceCopy {
  readonly path: string = mkdtempSync(join(tmpdir(), 'blockpool-mutants-'))

  constructor() {
    // Packages find each other by relative links, so that those of the copy find the copy.
    for (const name of COPIED) {
      const options = { recursive: true, verbatimSymlinks: true, filter: (path: string) => !isLeftOut(path) }
      cpSync(join(root, name), join(this.path, name), options)
    }
    symlinkSync(join(root, 'node_modules'), join(this.path, 'node_modules'))
  }

  /** Runs the task with the bug in its place. */
  async with<T>(mutant: Mutant, task: () => Promise<T>): Promise<T> {
    const file = join(this.path, mutant.file)
    const source = readFileSync(file, 'utf8')
    writeFileSync(file, plant(mutant, source))
    try {
      return await task()
    } finally {
      writeFileSync(file, source)
    }
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
