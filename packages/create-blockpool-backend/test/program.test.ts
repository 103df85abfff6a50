import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { type ExitCode, run } from 'create-blockpool-backend'
import { expect, test } from 'vitest'
import { makeFolder } from './support.ts'

interface Outcome {
  readonly code: ExitCode
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command; with answers there is a terminal, and its input ends after them. */
async function create(cwd: string, args: readonly string[], answers?: readonly string[]): Promise<Outcome> {
  const stdin = Object.assign(new PassThrough(), { isTTY: answers !== undefined })
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const left = [...(answers ?? [])]
  let shown = ''
  stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString()
    if (!shown.endsWith(': ')) return
    const answer = left.shift()
    if (answer === undefined) stdin.end()
    else stdin.write(`${answer}\n`)
  })
  const code = await run(args, { stdin, stdout, stderr, cwd })
  return { code, stdout: shown, stderr: String(stderr.read() ?? '') }
}

async function manifestOf(folder: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
}

test('three questions, of which the answers stand in the package', async () => {
  const cwd = await makeFolder()
  const { code } = await create(cwd, [], ['@acme/tape', 'Blocks on tapes.', 'isc'])
  expect(code).toBe(0)
  const given = { name: '@acme/tape', description: 'Blocks on tapes.', license: 'ISC' }
  expect(await manifestOf(join(cwd, 'tape'))).toMatchObject(given)
})

test('an answer that will not do is asked for again; an empty one takes what is offered', async () => {
  const cwd = await makeFolder()
  const { code } = await create(cwd, [], ['No Name', 'tape', '', 'GPL', ''])
  expect(code).toBe(0)
  expect(await manifestOf(join(cwd, 'tape'))).toMatchObject({ name: 'tape', license: 'MIT' })
})

test('answers that are pasted all at once are all heard', async () => {
  const cwd = await makeFolder()
  const { code } = await create(cwd, [], ['tape\nBlocks on tapes.\nISC'])
  expect(code).toBe(0)
  const given = { name: 'tape', description: 'Blocks on tapes.', license: 'ISC' }
  expect(await manifestOf(join(cwd, 'tape'))).toMatchObject(given)
})

test('what was given is not asked for', async () => {
  const cwd = await makeFolder()
  const { code } = await create(cwd, ['tape', '--license', 'MIT'], ['Blocks on tapes.'])
  expect(code).toBe(0)
  expect(await manifestOf(join(cwd, 'tape'))).toMatchObject({ description: 'Blocks on tapes.' })
})

test('who ends the input has decided against it: nothing is written', async () => {
  const cwd = await makeFolder()
  expect((await create(cwd, [], ['tape'])).code).toBe(130)
  expect(await readdir(cwd)).toEqual([])
})

test('without a terminal or with --yes nothing is asked', async () => {
  const cwd = await makeFolder()
  expect((await create(cwd, ['tape'])).code).toBe(0)
  expect((await create(cwd, ['--name', 'disk', '--yes'], [])).code).toBe(0)
  expect((await create(cwd, ['tape-order', '--strategy', '-y'])).code).toBe(0)
  expect(await readdir(cwd)).toEqual(['disk', 'tape', 'tape-order'])
  expect(await readdir(join(cwd, 'tape-order', 'src'))).toContain('strategy.ts')
  expect((await create(cwd, ['--yes'])).code).toBe(2)
})

test('a folder that is not empty ends it with 1, before anything is asked', async () => {
  const cwd = await makeFolder()
  expect((await create(cwd, ['tape'])).code).toBe(0)
  await writeFile(join(cwd, 'tape', 'README.md'), 'mine')
  const again = await create(cwd, ['tape'], [])
  expect(again).toMatchObject({ code: 1, stdout: '' })
  expect(again.stderr).not.toBe('')
  expect(await readFile(join(cwd, 'tape', 'README.md'), 'utf8')).toBe('mine')
})

test.each([
  [['--colour']],
  [['a', 'b']],
  [['tape', '--name', 'tape']],
  [['tape', '--license', 'GPL']],
  [['tape', '--description', '']],
  [['../tape']],
])('%j is not understood, and nothing is written', async (args) => {
  const cwd = await makeFolder()
  expect((await create(cwd, args)).code).toBe(2)
  expect(await readdir(cwd)).toEqual([])
})

test('--help writes nothing but help', async () => {
  const cwd = await makeFolder()
  const { code, stdout } = await create(cwd, ['--help'])
  expect(code).toBe(0)
  expect(stdout).toContain('--license')
  expect(await readdir(cwd)).toEqual([])
})
