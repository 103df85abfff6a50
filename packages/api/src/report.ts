import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Extractor, ExtractorConfig, type ExtractorMessage } from '@microsoft/api-extractor'
import { type EntryPoint, root } from './entry-points.ts'

/** Folder of the reports that are checked in. */
export const REPORTS: string = join(root, 'packages', 'api', 'reports')
/** What the declarations say now. */
const NOW = join(root, 'node_modules', '.cache', 'api-reports')

const COMPILER_OPTIONS = {
  target: 'ES2024',
  lib: ['ES2024', 'ESNext.Disposable', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  types: ['node'],
  typeRoots: [join(root, 'node_modules', '@types')],
}

export interface ReportOptions {
  /** Folder of the reports. */
  readonly folder: string
  /** Makes the report anew instead of comparing. */
  readonly write: boolean
}

/**
 * Compares what an entry point exports, as `tsc -b` has declared it, with its report, and prints where they differ.
 * Returns whether the report is, or was, another one.
 */
export function differs(entry: EntryPoint, { folder, write }: ReportOptions): boolean {
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(entry.folder, 'package.json'),
    configObject: {
      projectFolder: entry.folder,
      mainEntryPointFilePath: entry.declarations,
      compiler: { overrideTsconfig: { compilerOptions: COMPILER_OPTIONS, files: [entry.declarations] } },
      apiReport: {
        enabled: true,
        reportFileName: reportName(entry),
        reportFolder: folder,
        reportTempFolder: NOW,
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
    },
  })
  const options = { localBuild: write, printApiReportDiff: !write, messageCallback: differencesOnly }
  return Extractor.invoke(config, options).apiReportChanged
}

/** Names of reports that stand for no entry point. */
export function strays(entries: readonly EntryPoint[], folder: string): readonly string[] {
  const known = new Set(entries.map((entry) => `${reportName(entry)}.api.md`))
  return readdirSync(folder).filter((name) => !known.has(name))
}

/** '@blockpool/conformance/vitest' is blockpool-conformance-vitest. */
function reportName({ specifier }: EntryPoint): string {
  return specifier.replace('@', '').replaceAll('/', '-')
}

function differencesOnly(message: ExtractorMessage): void {
  if (message.logLevel !== 'error' && message.messageId !== 'console-api-report-diff') message.handled = true
}
