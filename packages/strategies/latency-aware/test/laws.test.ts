import { testStrategy } from '@blockpool/conformance/vitest'
import { latencyAware } from '@blockpool/latency-aware'

testStrategy('latency-aware', () => latencyAware())
