export { mutants } from './bugs/index.ts'
export { type Catcher, type Mutant, plant } from './mutant.ts'
export { type MutantsReport, runMutants } from './run.ts'
