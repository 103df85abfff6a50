import { describe } from 'vitest'
import { s3Scenarios } from '../../src/chaos/s3.ts'
import { testScenarios } from '../support/scenarios.ts'

describe('no read and no write of a pool with two copies fails, nothing is lost, and the backend is back in time:', () => {
  testScenarios(s3Scenarios)
})
