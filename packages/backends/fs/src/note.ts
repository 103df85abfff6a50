import { isMissing } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import type { Layout } from './layout.ts'

/** The text that was kept last; undefined when none was. */
export async function readNote(files: FileSystem, layout: Layout): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await files.read(layout.note))
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Replaces the text, whole or not at all. `syncFolder` is how folders are put on stable storage. */
export async function writeNote(
  files: FileSystem,
  layout: Layout,
  note: string,
  tempName: string,
  syncFolder: (path: string) => Promise<void>,
): Promise<void> {
  const temp = `${layout.tmp}/${tempName}`
  try {
    const file = await files.create(temp)
    try {
      await file.write(new TextEncoder().encode(note))
      await file.sync()
    } finally {
      await file.close()
    }
    await files.rename(temp, layout.note)
  } catch (error) {
    await files.remove(temp).catch(() => {})
    throw error
  }
  await syncFolder(layout.blocks)
}
