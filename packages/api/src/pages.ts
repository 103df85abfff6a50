import { join, relative } from 'node:path'
import { Application, LogLevel } from 'typedoc'
import { type EntryPoint, root } from './entry-points.ts'

/** Writes reference pages (HTML) of the entry points into the folder, made from types and comments. Rejects if it cannot. */
export async function writePages(entries: readonly EntryPoint[], folder: string): Promise<void> {
  const app = await Application.bootstrap({
    name: 'Blockpool',
    entryPoints: entries.map(({ source }) => source),
    tsconfig: join(root, 'tsconfig.test.json'),
    skipErrorChecking: true,
    readme: join(root, 'README.md'),
    excludePrivate: true,
    excludeInternal: true,
    disableSources: true,
    logLevel: LogLevel.Error,
    validation: { notExported: false },
  })
  const project = await app.convert()
  if (!project) throw new Error('typedoc could not read the sources: what it printed above says why')
  for (const module of project.children ?? []) module.name = specifierOf(entries, module.name)
  await app.generateDocs(project, folder)
}

/** typedoc names a module after its file: 'core/src' is '@blockpool/core'. */
function specifierOf(entries: readonly EntryPoint[], name: string): string {
  const entry = entries.find(({ source }) => moduleName(source) === name)
  if (!entry) throw new Error(`typedoc has a module ${name}, which is no entry point`)
  return entry.specifier
}

function moduleName(source: string): string {
  return relative(join(root, 'packages'), source).replace(/(\/index)?\.ts$/, '')
}
