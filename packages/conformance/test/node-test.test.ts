import { expect, test } from 'vitest'
import { runNode } from './support.ts'

test('under node:test, passes, failures and skips with their reasons are reported case by case', async () => {
  const output = await runNode(
    ['--conditions=@blockpool/source', '--test', '--test-reporter=tap', 'node-test.fixture.ts'],
    new URL('./fixtures/', import.meta.url),
  )
  expect(output).toMatch(/^ +ok \d+ - get\/same-bytes:/m)
  expect(output).toMatch(/^ +ok \d+ - ping\/resolves: .* # SKIP nobody to ask$/m)
  expect(output).toMatch(/^ +not ok \d+ - delete\/removes: /m)
  expect(output).toMatch(/^ +not ok \d+ - rank\/no-repeats: /m)
  expect(output).toMatch(/^ +ok \d+ - type\/short-name: .* # SKIP not named yet$/m)
  expect(output).toMatch(/^not ok \d+ - forgetful$/m)
  expect(output).toMatch(/^ok \d+ - sound$/m)
})
