import { expect, test } from 'vitest'
import { read } from './workspace.ts'

test('the lock file names no host, so that it installs from whichever registry is configured', () => {
  const hosts = read('pnpm-lock.yaml').match(/[a-z+]+:\/\/[^\s'"]+/gi)
  expect(hosts).toBeNull()
})
