import { testStrategy } from '@blockpool/conformance/vitest'
import { roundRobin } from '@blockpool/round-robin'

testStrategy('round-robin', () => roundRobin())
