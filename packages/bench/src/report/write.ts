import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Report } from './json.ts'
import { type PageTopic, pageOf } from './page.ts'
import { plotsOf } from './plots.ts'

/** Writes `benchmarks.md` and its plots into the folder; plots that were there before are gone. */
export async function writePage(
  folder: string,
  report: Report,
  topics: readonly PageTopic[],
  command: string,
): Promise<string> {
  const images = join(folder, 'benchmarks')
  await rm(images, { recursive: true, force: true })
  await mkdir(images, { recursive: true })
  const plots = plotsOf(report.cases)
  for (const { name, svg } of plots) await writeFile(join(images, `${name}.svg`), svg)
  const path = join(folder, 'benchmarks.md')
  await writeFile(path, pageOf(report, topics, plots, command))
  return path
}
