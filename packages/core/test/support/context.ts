import { vi } from 'vitest'
import type { StoragePool } from '../../src/index.ts'
import { PoolContext } from '../../src/pool/context.ts'

/** What is inside a pool, so that a test can see that nothing was left behind. */
export function contextOf(pool: StoragePool<never> | StoragePool): PoolContext {
  const spy = vi.spyOn(PoolContext.prototype, 'assertOpen')
  void pool.usage()
  const [context] = spy.mock.contexts
  spy.mockRestore()
  return context as PoolContext
}
