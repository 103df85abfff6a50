import type { Mutant } from '../mutant.ts'

export const backends: readonly Mutant[] = [
  {
    name: 'fs does not sync a file',
    file: 'packages/backends/fs/src/block-files.ts',
    from: 'if (this.#power) await file.sync()',
    to: '',
    caughtBy: {
      file: 'packages/backends/fs/test/backend.test.ts',
      test: 'put: after a failed sync the file is thrown away, and a retry writes a new one',
    },
  },
  {
    name: 'fs takes the failure of a thread for a file that is there',
    file: 'packages/backends/fs/src/write-files.ts',
    from: 'failures.push({ file, message, code })',
    to: 'void { file, message, code }',
    caughtBy: {
      file: 'packages/backends/fs/test/write-thread.test.ts',
      test: 'the failure of one file concerns no other, and has the code of its call',
    },
  },
  {
    name: 'fs writes the bytes of another file of the batch',
    file: 'packages/backends/fs/src/write-files.ts',
    from: 'writeFile(temp, bytes.subarray(at, at + size))',
    to: 'writeFile(temp, bytes.subarray(0, size))',
    caughtBy: {
      file: 'packages/backends/fs/test/write-thread.test.ts',
      test: 'writes all that ask at once, each its own bytes, and nothing is left of the temp files',
    },
  },
  {
    name: 'fs does not sync the folder of a file',
    file: 'packages/backends/fs/src/block-files.ts',
    from: 'await this.#syncs.run(folder, () => this.#files.syncFolder(folder))',
    to: 'await this.#syncs.run(folder, async () => {})',
    caughtBy: {
      file: 'packages/backends/fs/test/backend.test.ts',
      test: `'power': the bytes are synced before the rename, and the folder after rename and removal`,
    },
  },
  {
    name: 'fs takes the lack of its folder for the lack of a block',
    file: 'packages/backends/fs/src/block-files.ts',
    from: `if ((await this.#files.stat(shard)).kind === 'folder') return undefined
      throw`,
    to: `if (shard !== '') return undefined
      throw`,
    caughtBy: {
      file: 'packages/backends/fs/test/backend.test.ts',
      test: 'get and has of a block whose folder is gone say so',
    },
  },
  {
    name: 'sqlite acknowledges a put before its commit',
    file: 'packages/backends/sqlite/src/write-queue.ts',
    from: 'this.#waiting.push({ key, bytes, options, resolve, reject, lockedSince: undefined })',
    to: `this.#waiting.push({ key, bytes, options, resolve, reject, lockedSince: undefined })
      resolve()`,
    caughtBy: {
      file: 'packages/backends/sqlite/test/write-queue.test.ts',
      test: 'rejects every write of a transaction that failed',
    },
  },
  {
    name: 'sqlite keeps a damaged copy that is put again',
    file: 'packages/backends/sqlite/src/table.ts',
    from: 'if (Number(stored.same) === 1) return',
    to: 'if (Number(stored.same) >= 0) return',
    caughtBy: {
      file: 'packages/backends/sqlite/test/sqlite.test.ts',
      test: 'that a put replaces is counted with its new length',
    },
  },
  {
    name: 'sqlite writes what was aborted while it waited',
    file: 'packages/backends/sqlite/src/write-queue.ts',
    from: 'return isAborted(options)',
    to: 'return isAborted(options) && options === null',
    caughtBy: {
      file: 'packages/backends/sqlite/test/write-queue.test.ts',
      test: 'takes a write out when its signal aborts while it waits',
    },
  },
  {
    name: 'the journal forgets the backends that a delete must reach',
    file: 'packages/backends/sqlite/src/journal.ts',
    from: `const { multihash, ...rest } = change.debt
`,
    to: `const { multihash, ...rest } = { ...change.debt, deleteFrom: [] }
`,
    caughtBy: {
      file: 'packages/backends/sqlite/test/journal.test.ts',
      test: 'finishes a delete after a restart, and hides the block until then',
    },
  },
]
