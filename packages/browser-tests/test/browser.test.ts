import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isInstalled, needed } from '@blockpool/test-services'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { chromium } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { bundle } from '../src/bundle.ts'
import { sizes } from '../src/sizes.ts'

const hasChromium = needed({
  name: 'Chromium',
  from: 'apt-get install chromium',
  isThere: isInstalled('chromium'),
})

/** Runs the program as the only script of a page, and returns what it leaves as `outcome`. No network is touched. */
async function inChromium(code: string, url: string): Promise<unknown> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })
  try {
    const page = await browser.newPage()
    const body = `<!doctype html><script type="module">${code.replaceAll('</', '<\\/')}</script>`
    await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body }))
    const failure = new Promise<never>((_, reject) => page.once('pageerror', reject))
    await page.goto(url)
    return await Promise.race([page.evaluate('outcome'), failure])
  } finally {
    await browser.close()
  }
}

describe.skipIf(!hasChromium)('in Chromium', () => {
  test('a pool stores, fails over, refuses wrong bytes and deletes', async () => {
    const { code } = await bundle(readFileSync(join(import.meta.dirname, 'program.ts'), 'utf8'))
    expect(await inChromium(code, 'http://localhost/')).toEqual({
      whole: 300,
      despiteFlips: 300,
      despiteFailures: 300,
      mismatch: 'ERR_HASH_MISMATCH',
      listed: 300,
      gone: true,
    })
  })

  test('a page that is not secure has no SHA-256 of the platform, and the error says so', async () => {
    const cid = CID.createV1(0x55, await sha256.digest(new Uint8Array()))
    const { code } = await bundle(`
      import { createPool, memory } from '@blockpool/core'
      import { CID } from 'multiformats/cid'
      const cid = CID.parse('${cid}')
      globalThis.outcome = createPool({ backends: { a: { backend: memory() } } })
        .then((pool) => pool.put({ cid, bytes: new Uint8Array() }))
        .then(() => 'stored', (error) => error.code)`)
    expect(await inChromium(code, 'http://example.test/')).toBe('ERR_UNKNOWN_HASH')
  })
})

describe('the size of', async () => {
  test.for(await sizes())('$name is within its limit', ({ name, bytes, limitBytes }) => {
    console.log(`${name}: ${bytes} bytes, minified and gzipped`)
    expect(bytes).toBeLessThanOrEqual(limitBytes)
  })
})
