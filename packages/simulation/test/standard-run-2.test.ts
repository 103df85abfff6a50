import { standardRun } from './standard-run.ts'

standardRun(1001, 2000)
