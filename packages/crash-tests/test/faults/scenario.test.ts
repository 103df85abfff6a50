import { mkdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { whyNoInjection, whyNoLimits, whyNoSmallDevice, withSmallDevice } from '../../src/faults/machine.ts'
import { runScenario, type ScenarioResult } from '../../src/faults/scenario.ts'
import { failingCalls, fewDescriptors, smallFiles } from '../../src/faults/troubles.ts'
import { withFolder } from '../../src/shared/temporary.ts'

const limits = whyNoLimits()
const injection = whyNoInjection()
const smallDevice = await withFolder(whyNoSmallDevice)

/** Runs the test, or says loudly why this machine cannot. */
function possible(obstacle: string | undefined, name: string, test: () => Promise<void>): void {
  if (obstacle !== undefined) console.warn(`NOT RUN: ${name}: ${obstacle}`)
  it.skipIf(obstacle !== undefined)(
    obstacle === undefined ? name : `${name} (${obstacle})`,
    { timeout: 60_000 },
    test,
  )
}

/** Nothing was lost, every error was typed, the pool went on, and so does the store now that the trouble is over. */
function expectSound(result: ScenarioResult): void {
  expect(result).toMatchObject({ untyped: [], lost: 0, torn: 0, recovered: true, poolFailures: [] })
}

function expectOnly(result: ScenarioResult, code: string): void {
  expect(Object.keys(result.rejections)).toEqual([code])
}

const scenario = { puts: 120, inFlight: 8 }

async function folderFor<T>(task: (folder: string) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    await mkdir(`${folder}/store`)
    return task(`${folder}/store`)
  })
}

describe('a full device', () => {
  for (const backend of ['fs', 'sqlite'] as const) {
    possible(smallDevice, `is ERR_FULL to ${backend}, loses nothing, and the pool goes on`, () =>
      withFolder((folder) =>
        withSmallDevice(folder, 3, async (path, enlarge) => {
          const full = async () => async () => enlarge(6)
          const result = await runScenario({ backend, folder: path, puts: 600, inFlight: 8 }, full)
          expectSound(result)
          expectOnly(result, 'ERR_FULL/lasting')
        }),
      ),
    )
  }

  possible(limits, 'is ERR_FULL to fs when a file may not grow', async () => {
    const result = await folderFor((folder) =>
      runScenario({ backend: 'fs', folder, ...scenario }, smallFiles(8_192)),
    )
    expectSound(result)
    expectOnly(result, 'ERR_FULL/lasting')
  })

  possible(limits, 'harms sqlite in nothing when a file may not grow', async () => {
    const result = await folderFor((folder) =>
      runScenario({ backend: 'sqlite', folder, ...scenario }, smallFiles(200_000)),
    )
    expectSound(result)
    expect(Object.keys(result.rejections)).not.toEqual([])
  })
})

describe('no more file descriptors', () => {
  possible(limits, 'are a passing fault to fs, lose nothing, and the pool goes on', async () => {
    const trouble = fewDescriptors(3)
    const result = await folderFor((folder) =>
      runScenario({ backend: 'fs', folder, ...scenario, inFlight: 64 }, trouble),
    )
    expectSound(result)
    expectOnly(result, 'ERR_BACKEND/retryable')
  })

  possible(limits, 'are nothing to an open sqlite store, and a passing fault to opening one', async () => {
    const result = await folderFor((folder) =>
      runScenario({ backend: 'sqlite', folder, ...scenario }, fewDescriptors(0)),
    )
    expectSound(result)
    expect(result.rejections).toEqual({ 'ERR_BACKEND/retryable': 1 })
  })
})

describe('a device that fails', () => {
  const cases = [
    ['fs', 'syncing', ['fsync'], 7],
    ['fs', 'renaming and removing', ['rename', 'unlink'], 7],
    ['fs', 'reading', ['pread64'], 7],
    ['sqlite', 'syncing', ['fsync', 'fdatasync'], 7],
    ['sqlite', 'writing', ['pwrite64'], 29],
    ['sqlite', 'reading', ['pread64'], 7],
  ] as const
  for (const [backend, when, calls, stride] of cases) {
    possible(
      injection,
      `at ${when} is a typed error of ${backend}, loses nothing, and the pool goes on`,
      async () => {
        const result = await folderFor((folder) =>
          runScenario({ backend, folder, ...scenario }, failingCalls(calls, stride)),
        )
        expectSound(result)
        const codes = Object.keys(result.rejections)
        expect(codes).not.toEqual([])
        for (const code of codes) expect(code).toMatch(/^ERR_BACKEND\//)
      },
    )
  }
})
