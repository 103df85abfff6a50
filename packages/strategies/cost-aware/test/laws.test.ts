import { testStrategy } from '@blockpool/conformance/vitest'
import { costAware } from '@blockpool/cost-aware'

testStrategy('cost-aware', () => costAware())
testStrategy('cost-aware without reads', () => costAware({ months: 1, readsPerMonth: 0 }))
