import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { redisNeeded, startRedis } from '@blockpool/test-services'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { files, packages, read, root } from './workspace.ts'

interface Program {
  readonly name: string
  readonly code: string
  /** Compiled, but not run: its fence says `no-run`. */
  readonly runs: boolean
  /** Its fence says `needs=redis`: it finds a server at REDIS_URL. */
  readonly needsRedis: boolean
}

const documents = [
  ...files('*.md'),
  ...files('docs/**/*.md'),
  ...files('{packages,examples}/**/*.md').filter((path) => !path.endsWith('.api.md')),
]
const programs = documents.flatMap(programsOf)
const canRun = (program: Program): boolean => program.runs && (!program.needsRedis || redisNeeded())
let folder = ''

interface Fence {
  readonly document: string
  /** What stands behind ```ts. */
  readonly flags: string
  readonly code: string
}

/** TypeScript blocks of a document. */
function fencesOf(document: string): Fence[] {
  const found = read(document).matchAll(/^```ts(?<flags>[^\n]*)\n(?<code>[\s\S]*?)^```/gm)
  return [...found].map(({ groups }) => ({ document, flags: groups?.flags ?? '', code: groups?.code ?? '' }))
}

/** The programs of a document: every block stands alone, but for those that show a file. */
function programsOf(document: string): Program[] {
  return fencesOf(document)
    .filter(({ flags }) => !flags.includes('file='))
    .map(({ flags, code }, index) => ({
      name: `${document.replaceAll('/', '-').replace('.md', '')}-${index + 1}`,
      code,
      runs: !flags.includes('no-run'),
      needsRedis: flags.includes('needs=redis'),
    }))
}

/** A folder outside of the workspace whose node_modules has all packages of the workspace and what they depend on. */
function makeFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'blockpool-documents-'))
  const linked = new Set<string>()
  const link = (name: string, target: string): void => {
    if (linked.has(name) || !existsSync(target)) return
    linked.add(name)
    const path = join(made, 'node_modules', name)
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(target, path)
  }
  for (const { folder: home, manifest } of packages) link(manifest.name, join(root, home))
  for (const { folder: home, manifest } of packages) {
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
      link(name, join(root, home, 'node_modules', name))
    }
  }
  writeFileSync(join(made, 'package.json'), JSON.stringify({ type: 'module', private: true }))
  cpSync(join(root, 'tsconfig.base.json'), join(made, 'tsconfig.base.json'))
  const compilerOptions = {
    types: ['node'],
    composite: false,
    noEmit: true,
    declaration: false,
    declarationMap: false,
    isolatedDeclarations: false,
    noUnusedLocals: false,
    allowImportingTsExtensions: true,
  }
  writeFileSync(
    join(made, 'tsconfig.json'),
    JSON.stringify({ extends: './tsconfig.base.json', compilerOptions, include: ['*.ts'] }),
  )
  return made
}

beforeAll(() => {
  folder = makeFolder()
  for (const { name, code } of programs) writeFileSync(join(folder, `${name}.ts`), code)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('programs in documents', () => {
  test('there are some, and the README of every package has one', () => {
    for (const { folder: home, manifest } of packages.filter(({ manifest }) => !manifest.private)) {
      const own = programs.filter(
        ({ name, runs }) => runs && name.startsWith(`${home.replaceAll('/', '-')}-README`),
      )
      expect(own.length, manifest.name).toBeGreaterThan(0)
    }
  })

  test('those that show a file show it as it is', () => {
    for (const { document, flags, code } of documents.flatMap(fencesOf)) {
      const file = /file=(\S+)/.exec(flags)?.[1]
      if (file) expect(code, document).toBe(read(join(dirname(document), file)))
    }
  })

  test('compile', { timeout: 60_000 }, () => {
    try {
      execFileSync('tsc', ['-p', folder], { encoding: 'utf8' })
    } catch (error) {
      expect.fail((error as { stdout: string }).stdout)
    }
  })

  test.for(programs.filter(canRun).map(({ name, needsRedis }) => [name, needsRedis] as const))(
    '%s runs',
    { timeout: 60_000 },
    async ([name, needsRedis]) => {
      const scratch = mkdtempSync(join(tmpdir(), 'blockpool-program-'))
      const server = needsRedis ? await startRedis() : undefined
      try {
        const args = ['--conditions=@blockpool/source', join(folder, `${name}.ts`)]
        const env = { ...process.env, ...(server && { REDIS_URL: server.url }) }
        await promisify(execFile)(process.execPath, args, { cwd: scratch, env })
      } finally {
        await server?.stop()
        rmSync(scratch, { recursive: true, force: true })
      }
    },
  )
})
