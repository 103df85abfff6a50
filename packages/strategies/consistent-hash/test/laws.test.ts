import { testStrategy } from '@blockpool/conformance/vitest'
import { consistentHash } from '@blockpool/consistent-hash'

testStrategy('consistent-hash', () => consistentHash())
