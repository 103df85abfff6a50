export { type EntryPoint, entryPoints, root } from './entry-points.ts'
export { writePages } from './pages.ts'
export { differs, REPORTS, type ReportOptions, strays } from './report.ts'
