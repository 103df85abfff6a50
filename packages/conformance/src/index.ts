export { backendCases } from './cases/index.ts'
export { strategyLaws } from './laws/index.ts'
export type { CandidateSnapshot } from './laws/scenes.ts'
export type { Random } from './random.ts'
export { runBackendCases, runStrategyLaws } from './run.ts'
export type {
  BackendCase,
  BackendRequirement,
  BackendUnderTest,
  CaseContext,
  CaseResult,
  ConformanceOptions,
  CreateBackend,
  LawContext,
  Scene,
  StrategyLaw,
  StrategyRequirement,
} from './types.ts'
