import type { Mutant } from '../mutant.ts'

export const writes: readonly Mutant[] = [
  {
    name: 'a put is acknowledged before its copies are written',
    file: 'packages/core/src/pool/write.ts',
    from: 'if (!this.#replied && this.#copies.acknowledged >= this.#copies.quorum) this.#acknowledge()',
    to: 'if (!this.#replied && this.#copies.acknowledged + this.#copies.pending.length >= this.#copies.quorum) this.#acknowledge()',
    caughtBy: { seed: 2, ops: 500 },
  },
  {
    name: 'the majority is one copy too few',
    file: 'packages/core/src/plan/quorum.ts',
    from: 'return Math.floor(copies / 2) + 1',
    to: 'return Math.max(1, Math.floor(copies / 2))',
    caughtBy: { seed: 8, ops: 500 },
  },
  {
    name: 'a hint alone lets a put be skipped',
    file: 'packages/core/src/pool/write.ts',
    from: `if (hinted.length >= copies) for (const member of hinted) this.#call('has', member)
    else this.#proceed()`,
    to: `if (hinted.length >= copies) for (const member of hinted) this.#held(member)
    this.#proceed()`,
    caughtBy: { seed: 2, ops: 500 },
  },
  {
    name: 'a put at once does not lift the tombstone',
    file: 'packages/core/src/pool/put-at-once.ts',
    from: '(debts.tombs === 0 || !debts.isBuried(subject.key))',
    to: 'debts.tombs >= 0',
    caughtBy: {
      file: 'packages/core/test/pool/put-at-once.test.ts',
      test: 'a put waits for the journal while it may have a tombstone of the block',
    },
  },
  {
    name: 'a put at once does not wait for its turn',
    file: 'packages/core/src/pool/storage-pool.ts',
    from: 'const begun = newest ? undefined : putAtOnce(',
    to: 'const begun = putAtOnce(',
    caughtBy: {
      file: 'packages/core/test/pool/put-at-once.test.ts',
      test: 'a put comes after the delete of the block that is under way',
    },
  },
  {
    name: 'what could not be written at once is forgotten',
    file: 'packages/core/src/pool/put-at-once.ts',
    from: 'copies.giveBack(next)',
    to: '',
    caughtBy: { seed: 44, ops: 500 },
  },
  {
    name: 'a copy counts whatever its durability',
    file: 'packages/core/src/pool/write-plan.ts',
    from: 'return member.read && survives(member.traits.durability, options.durability)',
    to: `return member.read && survives('power', options.durability)`,
    caughtBy: {
      file: 'packages/core/test/pool/write.test.ts',
      test: 'a copy counts only on a backend of the durability asked for',
    },
  },
  {
    name: 'a target that fails is not replaced',
    file: 'packages/core/src/plan/spread.ts',
    from: 'if (next === undefined) return undefined',
    to: 'if (next === undefined || this.#inOrder + (this.#taken?.length ?? 0) >= 2) return undefined',
    caughtBy: {
      file: 'packages/core/test/pool/write.failover.test.ts',
      test: 'is replaced at once, without waiting for the others',
    },
  },
  {
    name: 'copies go to one zone',
    file: 'packages/core/src/plan/spread.ts',
    from: 'if (!placing.holdsZone(candidate.zone)) return candidate',
    to: 'if (placing) return candidate',
    caughtBy: { file: 'packages/core/test/pool/write.test.ts', test: 'copies go to distinct zones first' },
  },
  {
    name: 'a late delete is not waited for',
    file: 'packages/core/src/pool/unsettled.ts',
    from: 'return this.#entries.get(key)?.some((entry) => entry.member === member) ?? false',
    to: 'return this.#entries.get(key) !== undefined && member === undefined',
    caughtBy: { seed: 3, ops: 500 },
  },
  {
    name: 'a put does not lift the tombstone in the journal',
    file: 'packages/core/src/pool/write.ts',
    from: 'const lifts = debts.tombs > 0 && debts.isBuried(this.subject.key)',
    to: 'const lifts = debts.hides(this.subject.key) && this.#wrote && debts.size > 1_000',
    caughtBy: { seed: 2, ops: 500 },
  },
  {
    name: 'a put joins one that a delete came after',
    file: 'packages/core/src/pool/storage-pool.ts',
    from: 'const newest = context.turns.newest(subject.turnKey)',
    to: 'const newest = context.turns.newest(subject.turnKey) ?? context.behind.get(subject.turnKey)',
    caughtBy: { seed: 6, ops: 500 },
  },
  {
    name: 'the copies that a failed put left are not owed',
    file: 'packages/core/src/pool/write.ts',
    from: `if (this.#wrote) void this.#record(this.#owe(), fail, fail)
    else fail()`,
    to: 'fail()',
    caughtBy: {
      file: 'packages/core/test/pool/delete.test.ts',
      test: 'stays in force when a later put fails, which then leaves nothing',
    },
  },
  {
    name: 'a full backend counts as faulty',
    file: 'packages/core/src/plan/outcome.ts',
    from: `if (outcome === 'transient' || outcome === 'permanent' || outcome === 'timeout') {
    return FAULT_CODES.has(errorCode(error)) ? 'fault' : undefined`,
    to: `if (outcome === 'full') return 'fault'
  if (outcome === 'transient' || outcome === 'permanent' || outcome === 'timeout') {
    return FAULT_CODES.has(errorCode(error)) ? 'fault' : undefined`,
    caughtBy: { seed: 6, ops: 500 },
  },
  {
    name: 'bytes are not checked before they are stored',
    file: 'packages/core/src/pool/storage-pool.ts',
    from: `options)
        if (!matches) throw mismatch()`,
    to: `options)
        if (!matches && bytes.length === 0) throw mismatch()`,
    caughtBy: {
      file: 'packages/core/test/pool/verification.test.ts',
      test: 'bytes that do not match',
    },
  },
  {
    name: 'the verdict of a hasher that answers later is not looked at',
    file: 'packages/core/src/pool/storage-pool.ts',
    from: `options?.signal)
    if (!matches) throw mismatch()`,
    to: `options?.signal)
    if (!matches && block.bytes.length === 0) throw mismatch()`,
    caughtBy: {
      file: 'packages/core/test/pool/verification.test.ts',
      test: 'a hasher that answers later verifies puts and gets',
    },
  },
]
