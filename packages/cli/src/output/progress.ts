import { stripVTControlCharacters } from 'node:util'
import type { Output } from '../io.ts'
import { formatBytes, formatDuration, printable } from './format.ts'
import { createStyle } from './style.ts'

export interface ProgressOptions {
  /** One word for what goes on: 'adding'. */
  readonly label: string
  /** Bytes in all, where that is known: then a share and the time left are shown. */
  readonly totalBytes?: number | undefined
  /** @default false */
  readonly color?: boolean | undefined
  /** Draw at all. @default when the stream is a terminal */
  readonly enabled?: boolean | undefined
  /** Milliseconds, monotonic. @default the machine's clock */
  readonly now?: (() => number) | undefined
}

export interface Progress {
  /** Tells how far it is; draws at most every 100 ms. */
  update(doneBytes: number, current?: string): void
  /** Removes the line from the terminal. */
  stop(): void
}

const DRAW_MS = 100
/** The rate is that of the last seconds, so that it follows the store and still does not jump. */
const RATE_WINDOW_MS = 5_000
const BAR_CELLS = 20
const CLEAR_LINE = '\r\u001b[2K'

/** A line that says how far it is, in bytes, rate and time left. Draws nothing where no terminal would show it. */
export function createProgress(output: Output, options: ProgressOptions): Progress {
  const { now = () => performance.now(), enabled = output.isTTY === true } = options
  const style = createStyle(options.color ?? false)
  const samples: Sample[] = [{ at: now(), bytes: 0 }]
  let drawnAt = Number.NEGATIVE_INFINITY
  let drawn = false
  return {
    update(doneBytes, current = '') {
      const at = now()
      if (!enabled || at - drawnAt < DRAW_MS) return
      drawnAt = at
      drawn = true
      const rate = rateOf(samples, { at, bytes: doneBytes })
      const parts = partsOf(options.totalBytes, doneBytes, rate)
      const line = [style.bold(options.label), ...parts, style.dim(printable(current))].join('  ')
      output.write(CLEAR_LINE + clip(line, (output.columns || 80) - 1))
    },
    stop() {
      if (drawn) output.write(CLEAR_LINE)
      drawn = false
    },
  }
}

interface Sample {
  readonly at: number
  readonly bytes: number
}

/** Bytes per second over the window; the samples that fell out of it are dropped. */
function rateOf(samples: Sample[], latest: Sample): number {
  samples.push(latest)
  while (samples.length > 2 && latest.at - (samples[1]?.at ?? 0) >= RATE_WINDOW_MS) samples.shift()
  const [first = latest] = samples
  const seconds = (latest.at - first.at) / 1000
  return seconds > 0 ? (latest.bytes - first.bytes) / seconds : 0
}

function partsOf(totalBytes: number | undefined, doneBytes: number, rate: number): string[] {
  const speed = `${formatBytes(rate)}/s`
  if (totalBytes === undefined || totalBytes <= 0) return [formatBytes(doneBytes), speed]
  const share = Math.min(doneBytes / totalBytes, 1)
  const left = rate > 0 ? `${formatDuration(Math.max(0, totalBytes - doneBytes) / rate)} left` : ''
  const percent = `${Math.floor(share * 100)} %`
  return [
    bar(share),
    percent.padStart(5),
    `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`,
    speed,
    left,
  ]
}

function bar(share: number): string {
  const full = Math.round(share * BAR_CELLS)
  return '█'.repeat(full) + '░'.repeat(BAR_CELLS - full)
}

/** Cuts a line that the terminal would wrap; colour goes where it is cut. */
function clip(line: string, columns: number): string {
  const plain = [...stripVTControlCharacters(line)]
  return plain.length <= columns ? line : `${plain.slice(0, Math.max(0, columns - 1)).join('')}…`
}
