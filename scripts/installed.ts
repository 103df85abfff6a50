/**
 * Installs the packed tarballs (see packages.ts) outside of the workspace, as users do, and uses them: the command, the quick
 * start of the README, and the example of a third-party backend.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command } from './installed/command.ts'
import { everything } from './installed/everything.ts'
import { quickStart } from './installed/quick-start.ts'
import { thirdParty } from './installed/third-party.ts'

/** The workspace has the version between these two. */
const OTHER_NODES = [22, 26]

const scratch = mkdtempSync(join(tmpdir(), 'blockpool-installed-'))
const project = (name: string): string => join(scratch, name)

try {
  for (const major of OTHER_NODES) command(project(`node-${major}`), major)
  const others = OTHER_NODES.map((major) => join(project(`node-${major}`), 'node_modules', '.bin', 'node'))
  const nodes = [process.execPath, ...others]
  quickStart(project('npm'), 'npm', nodes)
  quickStart(project('pnpm'), 'pnpm', nodes)
  everything(project('everything'), nodes)
  thirdParty(project('third-party-backend'))
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
