import { testStrategy } from '@blockpool/conformance/vitest'
import { myStrategy } from '../src/strategy.ts'

testStrategy('my-strategy', () => myStrategy())
testStrategy('with an option', () => myStrategy({ keepFreeBytes: 1_000_000 }))
