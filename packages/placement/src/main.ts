import { parseArgs } from 'node:util'
import { placement } from './placement.ts'
import { inWords } from './report.ts'

const LEAST_BACKENDS = 20

const { values } = parseArgs({
  options: {
    backends: { type: 'string', default: '1000' },
    blocks: { type: 'string', default: '1e9' },
    samples: { type: 'string', default: '1e6' },
    from: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
})

const backends = Number(values.backends)
const blocks = Number(values.blocks)
const samples = Number(values.samples)
const from = Number(values.from)

const areWhole = [backends, blocks, samples, from + 1].every((n) => Number.isInteger(n) && n >= 1)
if (!areWhole || backends < LEAST_BACKENDS) {
  console.error('usage: pnpm placement [--backends N] [--blocks N] [--samples N] [--from N] [--json]')
  console.error(`whole numbers, 1e9 too; at least ${LEAST_BACKENDS} backends`)
  process.exitCode = 2
} else {
  const report = placement({ backends, blocks, samples, from, onBlock: progress(samples) })
  console.log(values.json ? JSON.stringify(report) : inWords(report))
}

/** Tells people on a terminal how far it is. */
function progress(of: number): ((done: number) => void) | undefined {
  if (!process.stderr.isTTY) return undefined
  const step = Math.ceil(of / 100)
  return (done) => {
    if (done % step === 0 || done === of) process.stderr.write(`\r${done} of ${of}${done === of ? '\n' : ''}`)
  }
}
