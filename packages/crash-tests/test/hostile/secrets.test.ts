import { inspect } from 'node:util'
// The package is not among the dependencies of this one; only its public face is used.
import { createRegistry, parseBackendUrl, parseConfig, redactText, redactUrl } from '@blockpool/config'
import { errorCode } from '@blockpool/core'
import { plugin as fsPlugin } from '@blockpool/fs'
import { plugin as sqlitePlugin } from '@blockpool/sqlite'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const RUNS = 5_000
const SECRET = 'hunter2hunter2'

/** A text that holds the secret where configuration may hold one, among odd things. */
const odd = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom('', '%', '%zz', '..', '\0', '\n', '{', '"', '@', '??', '#'),
)
const secretNames = fc.constantFrom(
  'secretAccessKey',
  'password',
  'token',
  'sessionToken',
  'apiKey',
  'credentials',
)
const schemes = fc.constantFrom('redis', 'rediss', 's3', 'fs', 'sqlite', 'http', 'x-y', 'REDIS', 'javascript')
const clean = fc.stringMatching(/^[a-z0-9.-]{0,12}$/)
const secretUrls = fc.oneof(
  fc.tuple(schemes, clean, clean).map(([scheme, user, rest]) => `${scheme}://${user}:${SECRET}@${rest}`),
  fc
    .tuple(schemes, clean, secretNames, odd)
    .map(([scheme, host, name, rest]) => `${scheme}://${host}?${name}=${SECRET}&x=${rest}`),
  fc
    .tuple(schemes, odd, secretNames)
    .map(
      ([scheme, path, name]) => `${scheme}:${path.replaceAll(/[?#]/g, '')}?priority=NaN&${name}=${SECRET}`,
    ),
)

/** Everything that a log may print of an error. */
function shown(error: unknown): string {
  const { message, stack } = error as Error
  return [
    message,
    stack,
    String(error),
    inspect(error, { depth: 10, showHidden: true }),
    JSON.stringify(error),
  ].join('\n')
}

/** A mistake is told as such, and without the secret. */
function expectClean(error: unknown): void {
  expect(errorCode(error)).toBe('ERR_INVALID_OPTIONS')
  expect(shown(error)).not.toContain(SECRET)
}

async function outcomeOf(task: () => unknown): Promise<unknown> {
  try {
    await task()
    return undefined
  } catch (error) {
    return error
  }
}

const registry = createRegistry([fsPlugin, sqlitePlugin])

describe('hostile configuration', () => {
  it('is taken or refused with ERR_INVALID_OPTIONS, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (value) => {
        try {
          parseConfig(value)
        } catch (error) {
          expect(errorCode(error)).toBe('ERR_INVALID_OPTIONS')
        }
      }),
      { numRuns: RUNS },
    )
  })

  it('keeps secrets of wrong configuration out of the error', () => {
    const configs = fc.record(
      {
        backends: fc.dictionary(
          fc.constantFrom('a', 'b', '__proto__', 'constructor'),
          fc.oneof(
            secretUrls,
            fc.record({ type: schemes, password: fc.constant(SECRET), priority: odd }),
            fc.record({ url: secretUrls, secretAccessKey: fc.constant(SECRET), weight: odd }),
          ),
        ),
        copies: fc.oneof(fc.integer(), odd),
        strategy: odd,
        token: fc.constant(SECRET),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(configs, (config) => {
        try {
          parseConfig(config)
        } catch (error) {
          expectClean(error)
        }
      }),
      { numRuns: RUNS },
    )
  })

  it('keeps secrets of a backend that cannot be built out of the error', { timeout: 60_000 }, async () => {
    const backends = fc.oneof(
      secretUrls,
      fc.record({ url: secretUrls, token: fc.constant(SECRET) }),
      fc.record({
        type: fc.constantFrom('fs', 'sqlite', 'redis'),
        path: fc.nat(),
        password: fc.constant(SECRET),
      }),
    )
    await fc.assert(
      fc.asyncProperty(backends, async (config) => {
        const error = await outcomeOf(() => registry.backend(config as never))
        if (error !== undefined) expectClean(error)
      }),
      { numRuns: RUNS },
    )
  })
})

describe('hostile URLs', () => {
  it('show no secret once they are redacted, alone or in a text', () => {
    fc.assert(
      fc.property(secretUrls, fc.lorem(), (url, words) => {
        expect(redactUrl(url)).not.toContain(SECRET)
        if (!/\s/.test(url)) expect(redactText(`${words} ${url} ${words}`)).not.toContain(SECRET)
      }),
      { numRuns: RUNS },
    )
  })

  it('are split without an exception, whatever they are', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl(), secretUrls), (text) => {
        parseBackendUrl(text)
      }),
      { numRuns: RUNS },
    )
  })
})
