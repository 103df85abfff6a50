import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Catcher } from './mutant.ts'
import { root } from './workspace.ts'

/** A catcher that takes longer has caught nothing. */
const LIMIT_MS = 120_000
const bin = join(root, 'node_modules', '.bin')

interface TestReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[]
  }[]
}

/** Whether the catcher finds something in the workspace at the path. A run that cannot start finds nothing. */
export async function finds(catcher: Catcher, path: string): Promise<boolean> {
  if ('file' in catcher) return (await failedTests(catcher.file, path, catcher.test)).includes(catcher.test)
  const { seed, ops } = catcher
  return (await failedSeeds([seed, seed], ops, path)).length > 0
}

/** Names of the tests of a file, or of a folder, that fail. */
export async function failedTests(file: string, path: string, name?: string): Promise<readonly string[]> {
  const report = join(path, 'report.json')
  rmSync(report, { force: true })
  const only = name === undefined ? [] : ['-t', escaped(name)]
  await output(join(bin, 'vitest'), ['run', file, ...only, '--reporter=json', `--outputFile=${report}`], path)
  if (!existsSync(report)) return []
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as TestReport
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  return tests.filter(({ status }) => status === 'failed').map(({ title }) => title)
}

/** Seeds of the simulation that break a rule, among these. */
export async function failedSeeds(
  [first, last]: readonly [number, number],
  ops: number,
  path: string,
): Promise<readonly number[]> {
  const main = join(path, 'packages', 'simulation', 'src', 'main.ts')
  const args = ['--conditions=@blockpool/source', main, '--seeds', `${first}..${last}`, '--ops', `${ops}`]
  const json = await output(join(bin, 'node'), [...args, '--json', '--brief'], path)
  return json === '' ? [] : (JSON.parse(json) as { failedSeeds: readonly number[] }).failedSeeds
}

function output(command: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'], timeout: LIMIT_MS })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.once('error', reject)
    child.once('close', () => resolve(Buffer.concat(chunks).toString()))
  })
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
