import { execFileSync } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createPackage, licenses, type PackageKind } from 'create-blockpool-backend'
import { describe, expect, test } from 'vitest'
import { makeFolder, textsIn } from './support.ts'

const kinds: readonly PackageKind[] = ['backend', 'strategy']
const description = 'Blocks "on" a tape: my-store, C:\\tape.'

describe.each(kinds)('a package with a %s', (kind) => {
  test('has its names everywhere, and no word of the template is left', async () => {
    const folder = join(await makeFolder(), 'tape')
    const files = await createPackage({
      name: '@acme/blockpool-tape-robot',
      folder,
      kind,
      description: 'Tapes.',
    })
    const texts = await textsIn(folder)
    expect([...texts.keys()].toSorted()).toEqual(files)
    for (const [path, text] of texts) {
      expect(text, path).not.toMatch(/my-?(store|strategy)|package-(name|description)|copyright-/i)
    }
    expect(texts.get('src/index.ts')).toContain('tapeRobot')
    expect(texts.get('src/plugin.ts')).toContain("type: 'tape-robot'")
    expect(texts.get('.changeset/first-release.md')).toMatch(
      /^---\n"@acme\/blockpool-tape-robot": minor\n---\n/,
    )
  })

  test('says in its manifest what was given, and where everything that it needs comes from', async () => {
    const folder = await makeFolder()
    await createPackage({ name: 'tape', folder, kind, description, license: 'ISC' })
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    expect(manifest).toMatchObject({ name: 'tape', description, license: 'ISC' })
    expect(manifest.keywords).toContain('blockpool')
    const ranges = Object.entries({ ...manifest.peerDependencies, ...manifest.devDependencies })
    for (const [name, range] of ranges) expect(range, name).toMatch(/^(workspace|catalog):/)
    expect(await readFile(join(folder, 'README.md'), 'utf8')).toContain(description)
  })

  test.each(['ab', 'x'.repeat(28), 'a-b-c-d', 'zz9'])(
    'is formatted and linted when it is called %s',
    async (name) => {
      const folder = await makeFolder()
      await createPackage({ name, folder, kind, description })
      execFileSync('biome', ['check', '--error-on-warnings', '.'], { cwd: folder, encoding: 'utf8' })
    },
  )
})

test('a folder that is not empty is refused and left as it is', async () => {
  const folder = await makeFolder()
  await writeFile(join(folder, 'letter.txt'), 'dear reader')
  const creating = createPackage({ name: 'tape', folder, description })
  await expect(creating).rejects.toMatchObject({ code: 'ERR_EXISTS' })
  expect(await readdir(folder)).toEqual(['letter.txt'])
  const onFile = createPackage({ name: 'tape', folder: join(folder, 'letter.txt'), description })
  await expect(onFile).rejects.toMatchObject({ code: 'ERR_EXISTS' })
})

test.each(['', ' ', 'one\ntwo'])('the description %j is refused, and nothing is written', async (wrong) => {
  const folder = await makeFolder()
  const creating = createPackage({ name: 'tape', folder, description: wrong })
  await expect(creating).rejects.toMatchObject({ code: 'ERR_USAGE' })
  expect(await readdir(folder)).toEqual([])
})

test.each(licenses)('the text of %s comes with the package', async (license) => {
  const folder = await makeFolder()
  await createPackage({ name: 'tape', folder, description, license })
  const texts = await textsIn(folder)
  const text = [...texts].filter(([path]) => path.startsWith('LICENSE')).map(([, each]) => each)
  expect(text.join('\n').includes('The tape authors')).toBe(license !== 'Apache-2.0')
  expect(text.join('\n').includes('Apache License')).toBe(license.includes('Apache'))
})

test('the text of Apache-2.0 is that of this repository', async () => {
  const own = await readFile(new URL('../../../LICENSE-APACHE', import.meta.url), 'utf8')
  const folder = await makeFolder()
  await createPackage({ name: 'tape', folder, description, license: 'Apache-2.0' })
  expect(await readFile(join(folder, 'LICENSE'), 'utf8')).toBe(own)
})
