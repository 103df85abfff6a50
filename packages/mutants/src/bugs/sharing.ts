import type { Mutant } from '../mutant.ts'

export const sharing: readonly Mutant[] = [
  {
    name: 'a put does not ask what other processes have deleted',
    file: 'packages/core/src/pool/agreement.ts',
    from: '    this.#reached = true\n',
    to: '    this.#reached = true\n    if (this.#startedAt > 0) return true\n',
    caughtBy: {
      file: 'packages/core/test/pool/sharing.test.ts',
      test: 'that a delete in the other overlaps starts over, and the block is there',
    },
  },
  {
    name: 'a delete that is shared is not done again',
    file: 'packages/core/src/state/debts.ts',
    from: 'return shared ? this.#clock.now() + shared.longestPutMs : 0',
    to: 'return shared ? this.#clock.now() : 0',
    caughtBy: {
      file: 'packages/core/test/pool/sharing.test.ts',
      test: 'is done again after the longest put: what a put of the other left behind is gone',
    },
  },
  {
    name: 'a delete lets other processes change the block while a backend has not answered',
    file: 'packages/core/src/pool/delete.ts',
    from: '    const release = await sharing?.hold(this.subject)\n',
    to: '    const release = sharing && (() => {})\n',
    caughtBy: {
      file: 'packages/core/test/pool/sharing.test.ts',
      test: 'waits for a delete of the other that is still with a backend',
    },
  },
]
