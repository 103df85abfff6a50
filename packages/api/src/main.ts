import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { entryPoints } from './entry-points.ts'
import { writePages } from './pages.ts'
import { differs, REPORTS, strays } from './report.ts'

const { values } = parseArgs({
  options: { write: { type: 'boolean', default: false }, pages: { type: 'string' } },
})
const entries = entryPoints()

if (values.pages !== undefined) {
  await writePages(entries, resolve(values.pages))
  console.log(`reference pages of ${entries.length} entry points: ${resolve(values.pages)}`)
} else {
  const changed = entries
    .filter((entry) => differs(entry, { folder: REPORTS, write: values.write }))
    .map(({ specifier }) => specifier)
  const left = strays(entries, REPORTS)
  for (const name of left) console.log(`packages/api/reports/${name} stands for no entry point: remove it`)
  if (changed.length > 0) console.log(`${values.write ? 'written' : 'changed'}: ${changed.join(', ')}`)
  if (!values.write && changed.length > 0) {
    console.log('If the change is meant: `pnpm api --write`, look at the diff, and add a changeset.')
  }
  console.log(`${entries.length} entry points`)
  process.exitCode = left.length > 0 || (changed.length > 0 && !values.write) ? 1 : 0
}
