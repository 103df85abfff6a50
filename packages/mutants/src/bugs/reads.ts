import type { Mutant } from '../mutant.ts'

export const reads: readonly Mutant[] = [
  {
    name: 'an error is read as missing',
    file: 'packages/core/src/plan/absence.ts',
    from: `else if (outcome !== 'missing') silent++`,
    to: 'else if (outcome === undefined) silent++',
    caughtBy: { seed: 2, ops: 500 },
  },
  {
    name: 'bytes that were read are not checked',
    file: 'packages/core/src/pool/member.ts',
    from: 'return hashes ? hashes.matches(cid, bytes) : true',
    to: 'return hashes && bytes.length < 0 ? hashes.matches(cid, bytes) : true',
    caughtBy: { seed: 1, ops: 500 },
  },
  {
    name: 'bytes at hand are not checked',
    file: 'packages/core/src/pool/member.ts',
    from: `(verb === 'get' && this.matches(cid, bytes) !== true)`,
    to: `(verb === 'get' && bytes.length === 0)`,
    caughtBy: { seed: 91, ops: 500 },
  },
  {
    name: 'a corrupt copy is said to be absent',
    file: 'packages/core/src/plan/absence.ts',
    from: `if (outcome === 'corrupt') corrupt++`,
    to: `if (outcome === 'corrupt') continue`,
    caughtBy: {
      file: 'packages/core/test/maintenance/scrub.test.ts',
      test: 'names blocks without a whole copy, and does not take them for absent',
    },
  },
  {
    name: 'an absence does not ask which store is there',
    file: 'packages/core/src/pool/monitor.ts',
    from: 'if (stale.length === 0) return undefined',
    to: 'if (stale.length >= 0) return undefined',
    caughtBy: {
      file: 'packages/core/test/pool/read.absence.test.ts',
      test: 'when the store of a backend is not the one that was opened',
    },
  },
  {
    name: 'an absence that overlapped a put is told',
    file: 'packages/core/src/pool/read.ts',
    from: 'if (!this.#inTurn && turns.changedSince(this.turnKey, this.#mark)) {',
    to: 'if (!this.#inTurn && turns.changedSince(this.turnKey, this.#mark) && this.#done) {',
    caughtBy: {
      file: 'packages/core/test/pool/read.absence.test.ts',
      test: 'is asked again when the put has ended meanwhile',
    },
  },
  {
    name: 'F is the number of backends',
    file: 'packages/core/src/pool/read.ts',
    from: `const { debts, leastCopies, members } = this.#context
    const answers`,
    to: `const { debts, members } = this.#context
    const leastCopies = members.all.length
    const answers`,
    caughtBy: { seed: 2, ops: 500 },
  },
  {
    name: 'a store that forgets its blocks is believed',
    file: 'packages/core/src/plan/absence.ts',
    from: `else if (durability === 'none') forgetful++`,
    to: `else if (durability === 'none') forgetful += 0`,
    caughtBy: {
      file: 'packages/core/test/plan/absence.test.ts',
      test: 'one does beside a store that loses its blocks with its process, which may have lost this one',
    },
  },
  {
    name: 'a read joins one that began before a delete',
    file: 'packages/core/src/pool/read.ts',
    from: 'return !this.#context.turns.changedSince(this.turnKey, this.#mark)',
    to: 'return true',
    caughtBy: {
      file: 'packages/core/test/pool/read.test.ts',
      test: 'a get does not join one that began before a put ended',
    },
  },
  {
    name: 'a hedged read may be asked without end',
    file: 'packages/core/src/pool/hedges.ts',
    from: 'if (this.#credit < 1) return false',
    to: 'if (this.#credit < Number.NEGATIVE_INFINITY) return false',
    caughtBy: { file: 'packages/core/test/pool/hedge.test.ts', test: 'keeps to its budget' },
  },
  {
    name: 'the loser of a hedged read is not given up',
    file: 'packages/core/src/pool/read.ts',
    from: 'for (const call of pending) call.abort(undefined)',
    to: 'for (const call of pending) if (!this.#context.hedges) call.abort(undefined)',
    caughtBy: {
      file: 'packages/core/test/pool/hedge.test.ts',
      test: 'asks a second backend when the first takes long, and aborts the loser',
    },
  },
  {
    name: 'a listing ends short when a backend fails',
    file: 'packages/core/src/pool/list.ts',
    from: 'return failed === 0 || (failed',
    to: 'return failed < members.all.length || (failed',
    caughtBy: { seed: 2, ops: 500 },
  },
  {
    name: 'a listing yields each copy',
    file: 'packages/core/src/pool/list.ts',
    from: 'for await (const cid of this.#of(member)) if (!this.#hides(cid) && this.#seen.add(cid)) yield cid',
    to: 'for await (const cid of this.#of(member)) if (!this.#hides(cid) && [this.#seen.add(cid)]) yield cid',
    caughtBy: { seed: 1, ops: 500 },
  },
  {
    name: 'readers stay known after a change of settings',
    file: 'packages/core/src/pool/members.ts',
    from: 'this.#lastLocations = undefined',
    to: 'this.#lastLocations ??= undefined',
    caughtBy: {
      file: 'packages/core/test/pool/configure.test.ts',
      test: 'takes effect for reads and writes at once',
    },
  },
  {
    name: 'a read does not wait for those that it asks last',
    file: 'packages/core/src/pool/read.ts',
    from: 'this.#pending += last.length',
    to: 'this.#pending += 0 * last.length',
    caughtBy: {
      file: 'packages/core/test/pool/ask-together.test.ts',
      test: 'an absence waits for all of them',
    },
  },
  {
    name: 'a read that asks last when it is over never ends',
    file: 'packages/core/src/pool/read.ts',
    from: 'this.#pending -= members.length',
    to: 'if (!this.#done) this.#pending -= members.length',
    caughtBy: {
      file: 'packages/core/test/pool/ask-together.test.ts',
      test: 'they are not asked when another one has answered meanwhile',
    },
  },
]
