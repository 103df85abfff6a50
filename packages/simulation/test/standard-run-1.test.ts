import { standardRun } from './standard-run.ts'

standardRun(1, 1000)
