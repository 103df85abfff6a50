import { parseArgs } from 'node:util'
import { mutants } from './bugs/index.ts'
import { find } from './find.ts'
import { runMutants } from './run.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    find: { type: 'boolean', default: false },
  },
})

const chosen = mutants.filter(({ name }) => values.only === undefined || name.includes(values.only))
if (values.find) await find(chosen)
else {
  const report = await runMutants(chosen, ({ name }, caught) => {
    if (!values.json) console.log(`${caught ? 'caught' : 'MISSED'}  ${name}`)
  })
  if (values.json) console.log(JSON.stringify(report))
  else console.log(`${report.caught} of ${report.planted} planted bugs were caught`)
  if (report.missed.length > 0) process.exitCode = 1
}
