import { CID } from 'multiformats/cid'
import { CommandError } from './errors.ts'

/**
 * A CID from the command line.
 * @throws CommandError `ERR_USAGE`
 */
export function parseCid(text: string): CID {
  try {
    return CID.parse(text)
  } catch (error) {
    throw new CommandError('ERR_USAGE', `'${text}' is no CID`, error)
  }
}

/**
 * `<cid>`, `<cid>/path/in/it` or `/ipfs/<cid>/path`.
 * @throws CommandError `ERR_USAGE`
 */
export function parseCidPath(text: string): { readonly root: CID; readonly names: readonly string[] } {
  const [root = '', ...names] = text.replace(/^\/?ipfs\//, '').split('/')
  return { root: parseCid(root), names: names.filter((name) => name !== '') }
}
