import { testStrategy } from '@blockpool/conformance/vitest'
import { leastLoaded } from '@blockpool/least-loaded'

testStrategy('least-loaded', () => leastLoaded())
