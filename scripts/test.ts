/** `npm test`: every check there is. The last line is the count of them all. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const scratch = mkdtempSync(join(tmpdir(), 'blockpool-test-'))
const report = join(scratch, 'vitest.json')
/** Tests start hundreds of processes, which find the code compiled that others have loaded. */
const env = { ...process.env, NODE_COMPILE_CACHE: join(scratch, 'compiled') }
const counts = { passed: 0, failed: 0, skipped: 0 }

/** Checks that are one command each; turbo runs again only those whose inputs have changed. */
const CHECKS = [
  'types',
  'lint',
  'knip',
  'packages',
  'api',
  'release:dry-run',
  'installed',
  'created',
  'mutants',
] as const

/** Runs a command; its output comes at once, or as a whole when it has ended. */
function run(command: string, args: readonly string[], output: 'now' | 'at the end'): Promise<boolean> {
  const now = output === 'now'
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env,
      stdio: ['ignore', now ? 'inherit' : 'pipe', now ? 'inherit' : 'pipe'],
    })
    const chunks: Buffer[] = []
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', () => resolve(false))
    child.on('close', (status) => {
      if (status !== 0) process.stdout.write(Buffer.concat(chunks))
      resolve(status === 0)
    })
  })
}

async function check(name: string): Promise<void> {
  const started = performance.now()
  const passed = await run(
    'turbo',
    ['run', name, '--output-logs=errors-only', '--log-prefix=none'],
    'at the end',
  )
  counts[passed ? 'passed' : 'failed']++
  console.log(`${passed ? 'ok' : 'FAILED'}  ${name} (${Math.round((performance.now() - started) / 1_000)} s)`)
}

async function checks(): Promise<void> {
  for (const name of CHECKS) await check(name)
}

async function tests(): Promise<void> {
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const passed = await run('vitest', args, 'now')
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

await check('build')
// Side by side: one waits for the registry where the other computes.
await Promise.all([checks(), tests()])
rmSync(scratch, { recursive: true, force: true })
console.log(`tests: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exit(counts.failed === 0 ? 0 : 1)
