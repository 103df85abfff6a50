import type { Mutant } from '../mutant.ts'

export const health: readonly Mutant[] = [
  {
    name: 'a breaker never closes',
    file: 'packages/core/src/plan/health.ts',
    from: 'return breaker.successes + 1 >= SUCCESSES',
    to: 'return breaker.successes + 1 >= SUCCESSES * 1e9',
    caughtBy: { file: 'packages/core/test/plan/health.test.ts', test: 'closes after two successes' },
  },
  {
    name: 'a half-open breaker lets everything through',
    file: 'packages/core/src/plan/health.ts',
    from: `return breaker.state === 'open' ? now >= breaker.until : !breaker.probing`,
    to: `return breaker.state === 'open' ? now >= breaker.until : true`,
    caughtBy: {
      file: 'packages/core/test/plan/health.test.ts',
      test: 'lets exactly one probe through at a time',
    },
  },
  {
    name: 'close leaves a timer',
    file: 'packages/core/src/pool/monitor.ts',
    from: `for (const cancel of this.#later) cancel()
`,
    to: `
`,
    caughtBy: { seed: 2, ops: 500 },
  },
  {
    name: 'a deadline is not kept',
    file: 'packages/core/src/pool/call.ts',
    from: 'if (now >= this.deadline) this.#expire()',
    to: 'if (now >= this.deadline * 1e9) this.#expire()',
    caughtBy: { seed: 2, ops: 500 },
  },
  {
    name: 'an abort is not heard',
    file: 'packages/core/src/pool/waiters.ts',
    from: 'if (!this.#first) return false',
    to: 'if (!this.#first || this.hasSignals) return false',
    caughtBy: { seed: 1, ops: 500 },
  },
  {
    name: 'more calls than `concurrency` are made',
    file: 'packages/core/src/pool/member.ts',
    from: 'if (this.inFlight < this.concurrency) this.#launch(call)',
    to: 'if (this.inFlight < this.concurrency * 2) this.#launch(call)',
    caughtBy: {
      file: 'packages/core/test/pool/member.test.ts',
      test: 'are at most `concurrency` for each backend; the others wait their turn',
    },
  },
  {
    name: 'a missing block counts as an error',
    file: 'packages/core/src/pool/member.ts',
    from: `else if (outcome === 'missing') counts.missing++`,
    to: `else if (outcome === 'missing') counts.errors++`,
    caughtBy: { file: 'packages/core/test/pool/stats.test.ts', test: 'count each outcome in its place' },
  },
  {
    name: 'a changed store is taken for the one that it was',
    file: 'packages/core/src/pool/monitor.ts',
    from: 'if ((await this.#identityOf(member)) === member.storeId) {',
    to: `if ((await this.#identityOf(member)) !== '') {`,
    caughtBy: {
      file: 'packages/core/test/maintenance/repair.test.ts',
      test: 'does not write to a store that has changed',
    },
  },
]
