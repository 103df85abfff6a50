import { win32 } from 'node:path'
import { CommandError } from '../errors.ts'

/** Names that Windows gives to devices, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i

/**
 * The name, if it can only name something inside the folder it is used in. Names in a DAG come from whoever made it.
 * @throws CommandError `ERR_UNSAFE_NAME` for an empty name, `.`, `..`, a name with a separator or a NUL, and on Windows
 * also for drives, streams and devices.
 */
export function safeName(name: string, platform: NodeJS.Platform = process.platform): string {
  const onWindows = platform === 'win32' && (/[\\:<>"|?*]|[. ]$/.test(name) || DEVICE.test(name))
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name) || onWindows) {
    throw new CommandError(
      'ERR_UNSAFE_NAME',
      `a directory in the DAG holds ${JSON.stringify(name)}, which is no safe file name`,
    )
  }
  return name
}

/**
 * The target of a link stays inside the output, wherever links in it lead: it is relative, and goes up only at its
 * start and not above the root.
 * @param depth folders between the root of the output and the link
 */
export function staysInside(target: string, depth: number): boolean {
  if (target === '' || target.startsWith('/') || target.includes('\0')) return false
  if (win32.isAbsolute(target) || /^[a-z]:/i.test(target)) return false
  const parts = target.split(/[/\\]/).filter((part) => part !== '' && part !== '.')
  const down = parts.findIndex((part) => part !== '..')
  const ups = down === -1 ? parts.length : down
  return ups <= depth && !parts.slice(ups).includes('..')
}
