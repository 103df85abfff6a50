import chaiAsPromised from 'chai-as-promised'
import { chai } from 'vitest'

/**
 * What `interface-blockstore-tests` uses of `aegir/chai`: chai with promises, and words as calls (`.to.be.true()`).
 */
const { Assertion, use } = chai
use(chaiAsPromised)

const words: Readonly<Record<string, (value: unknown) => boolean>> = {
  true: (value) => value === true,
  false: (value) => value === false,
  ok: Boolean,
}

use((_chai, { flag, overwriteProperty }) => {
  for (const [word, holds] of Object.entries(words)) {
    overwriteProperty(Assertion.prototype, word, () => {
      return function (this: Chai.AssertionStatic) {
        return () => this.assert(holds(flag(this, 'object')), `expected #{this} to be ${word}`, '', true)
      }
    })
  }
})

export const { expect } = chai
