import type { Mutant } from '../mutant.ts'

export const maintenance: readonly Mutant[] = [
  {
    name: 'F stays after an unclean stop',
    file: 'packages/core/src/pool/recall.ts',
    from: 'return head.clean ? head.leastCopies : 1',
    to: 'return head.leastCopies',
    caughtBy: {
      file: 'packages/backends/sqlite/test/journal.test.ts',
      test: 'knows after an unclean stop of one copy only',
    },
  },
  {
    name: 'an older journal is taken for the newest',
    file: 'packages/core/src/pool/journal-notes.ts',
    from: 'return note.journal !== journalId || note.generation > generation',
    to: 'return note.journal !== journalId',
    caughtBy: {
      file: 'packages/backends/sqlite/test/journal.test.ts',
      test: 'is refused when it is an older copy, unless the loss is accepted',
    },
  },
  {
    name: 'a forced removal does not lower F',
    file: 'packages/core/src/pool/attach.ts',
    from: 'if (force) await context.lowerLeastCopies(context.leastCopies - 1)',
    to: 'if (force) await context.lowerLeastCopies(context.leastCopies)',
    caughtBy: {
      file: 'packages/core/test/maintenance/drain.test.ts',
      test: 'lowers the fewest copies that a block can have by one, and not under one',
    },
  },
  {
    name: 'an incomplete scrub raises F',
    file: 'packages/core/src/maintenance/scrub.ts',
    from: 'if (this.#complete && (await this.#isUnchanged())) await this.#raise()',
    to: 'if (await this.#isUnchanged()) await this.#raise()',
    caughtBy: {
      file: 'packages/core/test/maintenance/scrub.test.ts',
      test: 'is not complete when a backend cannot be listed: F stays',
    },
  },
  {
    name: 'a drain believes that copies stand elsewhere',
    file: 'packages/core/src/maintenance/drain.ts',
    from: `if (lacking > 0)
    throw`,
    to: `if (lacking > 1_000)
    throw`,
    caughtBy: {
      file: 'packages/core/test/maintenance/drain.test.ts',
      test: 'keeps what was moved',
    },
  },
  {
    name: 'repair leaves a corrupt copy to a driver that skips existing keys',
    file: 'packages/core/src/maintenance/copies.ts',
    from: `const verbs = corrupt ? (['delete', 'put', 'get'] as const) : (['put'] as const)`,
    to: `const verbs = corrupt ? (['put'] as const) : (['put'] as const)`,
    caughtBy: {
      file: 'packages/core/test/maintenance/repair.test.ts',
      test: 'that a read back still finds corrupt stays in quarantine, and is told',
    },
  },
  {
    name: 'repair writes without a look at the store',
    file: 'packages/core/src/maintenance/copies.ts',
    from: 'if (member.backend.identity && (await context.monitor.unconfirmed([member]))?.length) {',
    to: 'if (member.backend.identity === undefined && (await context.monitor.unconfirmed([member]))?.length) {',
    caughtBy: {
      file: 'packages/core/test/maintenance/repair.test.ts',
      test: 'does not write to a store that has changed',
    },
  },
  {
    name: 'debts are not paid after a restart',
    file: 'packages/core/src/pool/recall.ts',
    from: 'await debts.load((multihash) => blockKey(cidFromMultihash(multihash)))',
    to: 'await options.journal.debts()[Symbol.asyncIterator]().next()',
    caughtBy: { seed: 38, ops: 500 },
  },
]
