import { readFile } from 'node:fs/promises'
import { CreateError } from './errors.ts'
import { type Replacements, replaceAll, templateFolder } from './template.ts'

/** SPDX identifiers of the licences whose text comes with this package. */
export const licenses = ['MIT', 'Apache-2.0', 'MIT OR Apache-2.0', 'ISC'] as const

export type License = (typeof licenses)[number]

/** @throws CreateError `ERR_USAGE` for a licence whose text is not here. */
export function parseLicense(text: string): License {
  const found = licenses.find((license) => license.toLowerCase() === text.trim().toLowerCase())
  if (found !== undefined) return found
  throw new CreateError('ERR_USAGE', `the licence must be one of ${licenses.join(', ')}, not '${text}'`)
}

/** The files of a licence, by name. */
export async function licenseFiles(
  license: License,
  replacements: Replacements,
): Promise<ReadonlyMap<string, string>> {
  const text = async (name: string): Promise<string> =>
    replaceAll(await readFile(new URL(`licenses/${name}.txt`, templateFolder), 'utf8'), replacements)
  if (license !== 'MIT OR Apache-2.0') return new Map([['LICENSE', await text(license)]])
  return new Map([
    ['LICENSE', 'MIT (LICENSE-MIT) or Apache-2.0 (LICENSE-APACHE), at your option.\n'],
    ['LICENSE-MIT', await text('MIT')],
    ['LICENSE-APACHE', await text('Apache-2.0')],
  ])
}
