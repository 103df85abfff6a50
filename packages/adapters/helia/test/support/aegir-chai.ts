import { Assertion, expect, use } from 'chai'
import chaiAsPromised from 'chai-as-promised'

/**
 * What `interface-blockstore-tests` uses of `aegir/chai`: chai with promises, and words as calls (`.to.be.true()`).
 */
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

export { expect }
