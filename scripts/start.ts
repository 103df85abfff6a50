/** `npm start [-- path] [-- --json]`: builds, and runs the main job. */
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'

const root = join(import.meta.dirname, '..')
// npm runs scripts in the folder of package.json; paths are meant from where the user stands.
const from = process.env.INIT_CWD ?? process.cwd()
const args = process.argv.slice(2).map((arg) => (arg.startsWith('-') ? arg : resolve(from, arg)))

const build = spawnSync('turbo', ['run', 'build', '--output-logs=errors-only'], {
  cwd: root,
  stdio: ['ignore', process.env.DEBUG ? 2 : 'ignore', 2],
})
if (build.status !== 0) {
  console.error('The build has failed; `npm test` says where.')
  process.exit(1)
}
const job = spawnSync(process.execPath, [join(root, 'examples', 'outage', 'src', 'main.ts'), ...args], {
  stdio: 'inherit',
})
process.exit(job.status ?? 130)
