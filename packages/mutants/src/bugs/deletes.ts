import type { Mutant } from '../mutant.ts'

export const deletes: readonly Mutant[] = [
  {
    name: 'a delete reaches only the backends that hints name',
    file: 'packages/core/src/pool/delete.ts',
    from: '(member) => !this.#context.isLastResort(member)',
    to: '(member) => this.#context.hinted(this.subject).includes(member)',
    caughtBy: { seed: 5, ops: 500 },
  },
  {
    name: 'a delete is over before the journal has it',
    file: 'packages/core/src/state/debts.ts',
    from: `await this.#writeOrUndo(key, multihash, before)
    this.#hide(key, true)`,
    to: `void this.#writeOrUndo(key, multihash, before).catch(() => {})
    this.#hide(key, true)`,
    caughtBy: {
      file: 'packages/core/test/pool/delete.test.ts',
      test: 'rejects when the journal cannot record it, and deletes nothing',
    },
  },
  {
    name: 'a tombstone hides nothing',
    file: 'packages/core/src/pool/storage-pool.ts',
    from: 'const hidden = context.debts.tombstones > 0 &&',
    to: 'const hidden = context.debts.tombstones < 0 &&',
    caughtBy: { seed: 1, ops: 500 },
  },
  {
    name: 'one confirmation lifts the whole tombstone',
    file: 'packages/core/src/state/debts.ts',
    from: `d.deleteFrom.delete(backend)
      d.corruptIn`,
    to: `d.deleteFrom.clear()
      d.corruptIn`,
    caughtBy: { seed: 1, ops: 500 },
  },
  {
    name: 'an empty mount point confirms a delete',
    file: 'packages/core/src/pool/monitor.ts',
    from: `if (!member.backend.identity) return true
    await`,
    to: `if (member.backend) return true
    await`,
    caughtBy: { seed: 43, ops: 500 },
  },
  {
    name: 'a scrub brings deleted blocks to repair',
    file: 'packages/core/src/maintenance/scrub.ts',
    from: `if (debts.hides(subject.key)) return
    const whole`,
    to: 'const whole',
    caughtBy: { file: 'packages/core/test/maintenance/scrub.test.ts', test: 'leaves alone what was deleted' },
  },
  {
    name: 'a drain moves what was deleted',
    file: 'packages/core/src/maintenance/drain.ts',
    from: 'if ((context.debts.of(subject.key)?.deleteFrom.size ?? 0) > 0) {',
    to: 'if ((context.debts.of(subject.key)?.deleteFrom.size ?? 0) > 1_000) {',
    caughtBy: {
      file: 'packages/core/test/maintenance/drain.test.ts',
      test: 'a deleted block that still stands there is not moved either',
    },
  },
  {
    name: 'a listing forgets what was hidden when it began',
    file: 'packages/core/src/pool/list.ts',
    from: `shown(cid: CID): void {
    this.#seen.add(cid)`,
    to: `shown(cid: CID): void {
    void cid`,
    caughtBy: {
      file: 'packages/core/test/pool/list.test.ts',
      test: 'a block that was hidden when the listing began is not listed, though its delete is confirmed meanwhile',
    },
  },
]
