import { createPackage } from 'create-blockpool-backend'
import { expect, test } from 'vitest'
import { namesOf } from '../src/names.ts'
import { makeFolder } from './support.ts'

test.each([
  ['my-store', 'my-store', 'myStore', 'MyStore'],
  ['@acme/blockpool-tape-robot', 'tape-robot', 'tapeRobot', 'TapeRobot'],
  ['@acme/tape2', 'tape2', 'tape2', 'Tape2'],
  ['blockpool-x', 'x', 'x', 'X'],
])('%s is the type %s and in code %s and %s', (name, type, identifier, typeName) => {
  expect(namesOf(name)).toEqual({ package: name, type, identifier, typeName })
})

test.each([
  ...['', '.', '..', '../up', 'a/b', '@acme', '@acme/', '/etc', 'Tape', 'tape_1', '3d', 'tape-', 'a--b', 'ä'],
  ...[
    'a.b',
    'x'.repeat(29),
    `@acme/${'x'.repeat(300)}`,
    'fs',
    'blockpool-memory',
    '@acme/file',
    'round-robin',
  ],
  ...['new', 'delete', 'eval', "it's", 'a"b', 'a\nb', '$&'],
])('the name %j is refused', (name) => {
  expect(() => namesOf(name)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_NAME' }))
})

test.each(['folder', 'calls', 'options', 'cid', 'pool', 'bytes', 'undefined', 'await', 'console', 'store'])(
  'a name that the code has for something else is refused: %s',
  async (name) => {
    const creating = createPackage({ name, folder: await makeFolder(), description: 'Tapes.' })
    await expect(creating).rejects.toMatchObject({ code: 'ERR_INVALID_NAME' })
  },
)

test.each(['disk', 'tape', 'my-store', 'my-strategy'])(
  'a name of comments and texts alone may be: %s',
  async (name) => {
    const files = await createPackage({ name, folder: await makeFolder(), description: 'Tapes.' })
    expect(files).toContain('package.json')
  },
)
