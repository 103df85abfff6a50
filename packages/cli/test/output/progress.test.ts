import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createProgress } from '../../src/index.ts'
import { Sink } from '../support.ts'

const MIB = 1024 * 1024

describe('createProgress', () => {
  it('shows share, bytes, rate and time left', () => {
    const { output, at, lines } = scene()
    const progress = createProgress(output, { label: 'adding', totalBytes: 100 * MIB, now: at.now })
    at.ms = 2_000
    progress.update(20 * MIB, '/some/file')
    const [line] = lines()
    for (const part of ['adding', '20 %', '20.0 MiB of 100 MiB', '10.0 MiB/s', '8.0 s left', '/some/file']) {
      expect(line).toContain(part)
    }
  })

  it('follows the rate of the last seconds', () => {
    const { output, at, lines } = scene()
    const progress = createProgress(output, { label: 'adding', totalBytes: 1000 * MIB, now: at.now })
    for (let second = 1; second <= 20; second += 1) {
      at.ms = second * 1_000
      progress.update((second <= 10 ? second : 10 + (second - 10) * 50) * MIB)
    }
    expect(lines().at(-1)).toContain('50.0 MiB/s')
  })

  it('draws ten times a second at most', () => {
    const { output, at, lines } = scene()
    const progress = createProgress(output, { label: 'adding', now: at.now })
    for (at.ms = 1; at.ms <= 1_000; at.ms += 1) progress.update(at.ms)
    expect(lines()).toHaveLength(10)
  })

  it('shows bytes and rate where the total is not known', () => {
    const { output, at, lines } = scene()
    const progress = createProgress(output, { label: 'getting', now: at.now })
    at.ms = 1_000
    progress.update(5 * MIB)
    expect(lines()[0]).toContain('5.0 MiB')
    expect(lines()[0]).not.toContain('left')
  })

  it('never shows more than all of it', () => {
    const { output, at, lines } = scene()
    const progress = createProgress(output, { label: 'getting', totalBytes: 10, now: at.now })
    progress.update(20)
    expect(lines()[0]).toContain('100 %')
  })

  it('stays on one line of the terminal, and removes it at the end', () => {
    const { output, at, lines } = scene()
    const progress = createProgress(output, { label: 'adding', totalBytes: 100, now: at.now, color: true })
    progress.update(50, `/${'long/'.repeat(100)}`)
    expect(lines()[0]?.length).toBeLessThan(output.columns)
    progress.stop()
    expect(output.text.endsWith('\r\u001b[2K')).toBe(true)
  })

  it('takes a terminal that does not know its width for 80 columns', () => {
    const { output, at, lines } = scene()
    Object.defineProperty(output, 'columns', { value: 0 })
    createProgress(output, { label: 'adding', now: at.now }).update(1, 'x'.repeat(200))
    expect(lines()[0]).toHaveLength(79)
  })

  it('shows no control characters of names', () => {
    const { output, at } = scene()
    createProgress(output, { label: 'adding', now: at.now }).update(1, 'a\u001b]0;evil\u0007')
    expect(output.text).not.toContain('\u001b]0;')
  })

  it('writes nothing where there is no terminal', () => {
    const output = new Sink(false)
    const progress = createProgress(output, { label: 'adding', totalBytes: 100 })
    progress.update(50)
    progress.stop()
    expect(output.text).toBe('')
  })
})

function scene() {
  const output = new Sink(true)
  const at = { ms: 0, now: () => at.ms }
  const lines = (): string[] =>
    output.text
      .split('\r')
      .map((line) => stripVTControlCharacters(line))
      .filter((line) => line !== '')
  return { output, at, lines }
}
