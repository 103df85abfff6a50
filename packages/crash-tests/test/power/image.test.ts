import { describe, expect, it } from 'vitest'
import { Disk } from '../../src/power/disk.ts'
import { filesOf } from '../../src/power/files.ts'
import { type Cut, imageOf } from '../../src/power/image.ts'
import { seeded } from '../../src/shared/random.ts'

const bytes = new Uint8Array(2_000).fill(7)

async function diskWith(work: (files: ReturnType<typeof filesOf>) => Promise<void>): Promise<Disk> {
  const disk = new Disk()
  await work(filesOf(disk))
  return disk
}

async function writeFile(files: ReturnType<typeof filesOf>, path: string, sync: boolean): Promise<void> {
  const file = await files.create(path)
  await file.write(bytes)
  if (sync) await file.sync()
  await file.close()
}

/** What is at the path in many images: 'none', 'whole' or 'torn'. */
async function found(disk: Disk, path: string, cut: Cut): Promise<string[]> {
  const seen = new Set<string>()
  for (let seed = 0; seed < 100; seed++) {
    const image = filesOf(imageOf(disk, cut, seeded(seed)))
    const there = await image.read(path).catch(() => undefined)
    seen.add(there === undefined ? 'none' : Buffer.compare(there, bytes) === 0 ? 'whole' : 'torn')
  }
  return [...seen].sort()
}

describe('the model of a disk', () => {
  it('keeps what was synced, file and folder', async () => {
    const disk = await diskWith(async (files) => {
      await writeFile(files, '/a', true)
      await files.syncFolder('/')
    })
    for (const cut of ['nothing kept', 'everything kept', 'anything'] as const) {
      expect(await found(disk, '/a', cut)).toEqual(['whole'])
    }
  })

  it('may lose a file whose folder was not synced', async () => {
    const disk = await diskWith((files) => writeFile(files, '/a', true))
    expect(await found(disk, '/a', 'anything')).toEqual(['none', 'whole'])
    expect(await found(disk, '/a', 'nothing kept')).toEqual(['none'])
    expect(await found(disk, '/a', 'everything kept')).toEqual(['whole'])
  })

  it('may tear a file that was not synced', async () => {
    const disk = await diskWith(async (files) => {
      await writeFile(files, '/a', false)
      await files.syncFolder('/')
    })
    expect(await found(disk, '/a', 'anything')).toEqual(['torn'])
  })

  it('says nothing more of a file whose sync has failed', async () => {
    let fails = true
    const disk = new Disk()
    const files = filesOf(disk, async (step) => (step === 'sync' && fails ? 'EIO' : undefined))
    const file = await files.create('/a')
    await file.write(bytes)
    await expect(file.sync()).rejects.toMatchObject({ code: 'EIO' })
    fails = false
    await file.sync()
    await files.syncFolder('/')
    expect(await found(disk, '/a', 'nothing kept')).toEqual(['torn'])
  })

  it('shows a file at its old name, its new name or both while its rename is not safe', async () => {
    const disk = await diskWith(async (files) => {
      await writeFile(files, '/a', true)
      await files.syncFolder('/')
      await files.rename('/a', '/b')
    })
    const places = new Set<string>()
    for (let seed = 0; seed < 100; seed++) {
      places.add([...imageOf(disk, 'anything', seeded(seed)).root.entries.keys()].sort().join())
    }
    expect([...places].sort()).toEqual(['a', 'a,b', 'b'])
  })

  it('moves a folder whole', async () => {
    const disk = await diskWith(async (files) => {
      await files.makeFolder('/a')
      await files.syncFolder('/')
      await files.rename('/a', '/b')
    })
    const places = new Set<string>()
    for (let seed = 0; seed < 100; seed++) {
      places.add([...imageOf(disk, 'anything', seeded(seed)).root.entries.keys()].sort().join())
    }
    expect([...places].sort()).toEqual(['a', 'b'])
  })

  it('may bring back what was removed until the folder is synced', async () => {
    const disk = await diskWith(async (files) => {
      await writeFile(files, '/a', true)
      await files.syncFolder('/')
      await files.remove('/a')
    })
    expect(await found(disk, '/a', 'anything')).toEqual(['none', 'whole'])
    await filesOf(disk).syncFolder('/')
    expect(await found(disk, '/a', 'anything')).toEqual(['none'])
  })
})
