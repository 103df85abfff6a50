import type { BackendCase } from '../types.ts'
import { abortCases } from './abort.ts'
import { abortEffectCases } from './abort-effects.ts'
import { bytesCases } from './bytes.ts'
import { cidCases } from './cid.ts'
import { concurrencyCases } from './concurrency.ts'
import { deleteCases } from './delete.ts'
import { durabilityCases } from './durability.ts'
import { getCases } from './get.ts'
import { hasCases } from './has.ts'
import { identityCases } from './identity.ts'
import { lifetimeCases } from './lifetime.ts'
import { limitsCases } from './limits.ts'
import { listCases } from './list.ts'
import { listingWhileWritingCases } from './listing-while-writing.ts'
import { modelCases } from './model.ts'
import { noteCases } from './note.ts'
import { peekCases } from './peek.ts'
import { putCases } from './put.ts'
import { traitsCases } from './traits.ts'
import { tryPutCases } from './try-put.ts'
import { usageCases } from './usage.ts'

/** Every case of the `Backend` contract, by topic. */
export const backendCases: readonly BackendCase[] = [
  ...getCases,
  ...peekCases,
  ...putCases,
  ...tryPutCases,
  ...hasCases,
  ...deleteCases,
  ...listCases,
  ...listingWhileWritingCases,
  ...cidCases,
  ...bytesCases,
  ...limitsCases,
  ...abortCases,
  ...abortEffectCases,
  ...concurrencyCases,
  ...lifetimeCases,
  ...durabilityCases,
  ...identityCases,
  ...noteCases,
  ...usageCases,
  ...traitsCases,
  ...modelCases,
]
