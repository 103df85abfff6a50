/** What a request failed with, as far as it tells. */
export interface Failure {
  /** The code of S3 ('NoSuchKey'), of Node or undici ('ECONNRESET'), or the name of the error. */
  readonly code: string
  /** HTTP status; undefined when there was no answer. */
  readonly status: number | undefined
  /** The server asks to wait so long. Milliseconds. */
  readonly retryAfterMs: number | undefined
  /** The clock was wrong and has been set right: the next try has another time. */
  readonly clockCorrected: boolean
}

interface SdkError {
  readonly name?: unknown
  readonly code?: unknown
  readonly Code?: unknown
  readonly cause?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number; readonly clockSkewCorrected?: boolean }
  readonly $response?: { readonly statusCode?: number; readonly headers?: Readonly<Record<string, string>> }
}

const LONGEST_RETRY_AFTER_S = 3_600

export function failureOf(error: unknown): Failure {
  const { name, code, Code, cause, $metadata, $response } = (error ?? {}) as SdkError
  const status = $metadata?.httpStatusCode ?? $response?.statusCode
  const found = status === undefined ? (code ?? codeOf(cause) ?? name) : (Code ?? name ?? code)
  return {
    code: typeof found === 'string' && /^[\w.-]{1,64}$/.test(found) ? found : 'Unknown',
    status,
    retryAfterMs: retryAfterMs($response?.headers?.['retry-after']),
    clockCorrected: $metadata?.clockSkewCorrected === true,
  }
}

function codeOf(error: unknown): unknown {
  return (error as SdkError | undefined)?.code
}

/** Seconds, or a date. https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 */
function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000
  if (Number.isNaN(seconds)) return undefined
  return Math.min(Math.max(0, seconds), LONGEST_RETRY_AFTER_S) * 1_000
}

/**
 * What is told of an error as its cause: name, message, code, status and request id. The SDK's own errors also hold the
 * whole response, and what S3 says about a wrong signature repeats headers of the request.
 */
export function harmless(error: unknown, secrets: readonly string[]): Error {
  const { code, status } = failureOf(error)
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  const hide = (text: string): string =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
  const copy = new Error(hide(message))
  if (stack) copy.stack = hide(stack)
  const requestId = ((error ?? {}) as { $metadata?: { requestId?: unknown } }).$metadata?.requestId
  Object.defineProperty(copy, 'name', { value: name, configurable: true })
  return Object.assign(copy, {
    code,
    ...(status !== undefined && { status }),
    ...(requestId !== undefined && { requestId }),
  })
}
