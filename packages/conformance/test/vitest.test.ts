import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runNode } from './support.ts'

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))

test('under vitest, passes, failures and skips with their reasons are reported case by case', async () => {
  const output = await runNode(
    [vitest, 'run', '--config', 'test/fixtures/vitest.config.ts', '--reporter', 'verbose'],
    new URL('../', import.meta.url),
  )
  expect(output).toMatch(/✓ .* sound > get\/same-bytes:/)
  expect(output).toMatch(/↓ .* sound > ping\/resolves: .*\[nobody to ask\]/)
  expect(output).toMatch(/× .* forgetful > delete\/removes:/)
  expect(output).toMatch(/× .* repeating > rank\/no-repeats:/)
  expect(output).toMatch(/↓ .* repeating > type\/short-name: .*\[not named yet\]/)
})
