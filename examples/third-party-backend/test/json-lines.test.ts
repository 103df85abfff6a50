import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { jsonLines, plugin } from '../src/index.ts'

// What the kit cannot know of: the file itself, and the plugin.

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'json-lines-'))
  path = join(folder, 'blocks.jsonl')
})
afterEach(() => rm(folder, { recursive: true }))

test('half a line that a crash left behind is removed, and the next line is whole', async () => {
  const before = jsonLines(path)
  await before.open?.()
  const id = await before.identity?.()
  await before.close?.()
  const whole = await readFile(path, 'utf8')
  await appendFile(path, '{"put":"ciqe')
  const store = jsonLines(path)
  await store.open?.()
  expect(await readFile(path, 'utf8')).toBe(whole)
  expect(await store.identity?.()).toBe(id)
  await store.close?.()
})

test.each(['a note', 'a note\n', '{"a":1}\n', '[]\n{"store":"x"}\n'])(
  'a file that is something else is refused and left as it is: %j',
  async (text) => {
    await writeFile(path, text)
    await expect(jsonLines(path).open?.()).rejects.toMatchObject({ code: 'ERR_STORE_INVALID' })
    expect(await readFile(path, 'utf8')).toBe(text)
  },
)

test('the plugin makes the store of a path or a URL, relative to its configuration', async () => {
  const result = await plugin.options['~standard'].validate(plugin.fromUrl?.('json-lines:./blocks.jsonl'))
  if (result.issues) throw new Error('refused')
  const nested = (): Promise<never> => Promise.reject(new Error('nothing is nested here'))
  const store = await plugin.create(result.value, { baseDir: folder, strategy: nested, backend: nested })
  await store.open?.()
  await store.close?.()
  expect(await readFile(path, 'utf8')).toContain('store')
})

test('the plugin says what it expected', async () => {
  expect(await plugin.options['~standard'].validate({ path: '' })).toMatchObject({
    issues: [{ path: ['path'] }],
  })
})
