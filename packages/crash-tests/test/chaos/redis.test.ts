import { describe } from 'vitest'
import { redisScenarios } from '../../src/chaos/redis.ts'
import { testScenarios } from '../support/scenarios.ts'

/** These take their time, and run with `pnpm chaos`. */
const LEFT_OUT = ['redis sentinel master killed', 'redis refuses the password']

describe('no read and no write of a pool with two copies fails, nothing is lost, and the backend is back in time:', () => {
  testScenarios(redisScenarios.filter(({ name }) => !LEFT_OUT.includes(name)))
})
