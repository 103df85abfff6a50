import { testStrategy } from '@blockpool/conformance/vitest'
import { replicated } from '@blockpool/replicated'

testStrategy('replicated', () => replicated())
testStrategy('replicated twice', () => replicated({ copies: 2 }))
