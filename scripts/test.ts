/** `npm test`: every check there is. The last line is the count of them all. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const scratch = mkdtempSync(join(tmpdir(), 'blockpool-test-'))
const report = join(scratch, 'vitest.json')
const counts = { passed: 0, failed: 0, skipped: 0 }

/** Checks that are one command each; turbo runs again only those whose inputs have changed. */
const CHECKS = ['build', 'types', 'lint', 'knip', 'packages', 'installed'] as const

function run(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
}

function check(name: string): void {
  const passed = run('turbo', ['run', name, '--output-logs=errors-only', '--log-prefix=none'])
  counts[passed ? 'passed' : 'failed']++
  console.log(`${passed ? 'ok' : 'FAILED'}  ${name}`)
}

function unitTests(): void {
  const passed = run('vitest', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ])
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
      readFileSync(report, 'utf8'),
    )
    counts.passed += numPassedTests
    counts.failed += numFailedTests
    counts.skipped += numPendingTests + numTodoTests
  } catch {
    counts.failed++
  }
  // A file that cannot be loaded, or an error outside of every test, fails the run without a failed test.
  if (!passed && counts.failed === 0) counts.failed++
}

for (const name of CHECKS) check(name)
unitTests()
rmSync(scratch, { recursive: true, force: true })
console.log(`tests: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exit(counts.failed === 0 ? 0 : 1)
