import { describe, test } from 'node:test'
import type { Strategy } from '@blockpool/core'
import { declareBackend, declareStrategy, type Runner } from './binding.ts'
import type { ConformanceOptions, CreateBackend } from './types.ts'

const runner: Runner = {
  describe: (name, declare) => void describe(name, declare),
  test: (title, timeout, run) => void test(title, { timeout }, run),
}

/**
 * Declares one node:test test for each case of the `Backend` contract.
 * @throws Error for a skip of an unknown id or without a reason.
 */
export function testBackend(name: string, create: CreateBackend, options?: ConformanceOptions): void {
  declareBackend(runner, name, create, options)
}

/**
 * Declares one node:test test for each law of the `Strategy` contract.
 * @throws Error for a skip of an unknown id or without a reason.
 */
export function testStrategy(name: string, create: () => Strategy, options?: ConformanceOptions): void {
  declareStrategy(runner, name, create, options)
}
