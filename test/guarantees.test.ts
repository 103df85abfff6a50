import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { read } from './workspace.ts'

const PAGE = 'docs/guarantees.md'
const links = [...read(PAGE).matchAll(/\[(?<name>[^\]]+)\]\((?<path>[^)]+\.test\.ts)\)/g)].map(
  ({ groups }) => ({
    name: groups?.name ?? '',
    path: join(dirname(PAGE), groups?.path ?? ''),
  }),
)

test('every row of promises names a test', () => {
  const rows = read(PAGE)
    .split('\n')
    .filter((line) => /^\| [A-Z]/.test(line) && line.split('|').length === 4)
  expect(rows.length).toBeGreaterThan(30)
  for (const row of rows) expect(row, row).toMatch(/\.test\.ts\)/)
})

test.each(links)('$path: $name', ({ name, path }) => {
  expect(read(path)).toContain(name)
})
