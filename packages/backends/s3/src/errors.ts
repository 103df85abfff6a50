import { errorCode, PoolError, type PoolErrorCode } from '@blockpool/core'
import { type Failure, failureOf, harmless } from './failure.ts'

interface Meaning {
  readonly code: PoolErrorCode
  readonly retryable: boolean
  /** For people: what to look at. */
  readonly hint?: string | undefined
}

const PASSING: Meaning = { code: 'ERR_BACKEND', retryable: true }
const LASTING: Meaning = { code: 'ERR_BACKEND', retryable: false }
const FULL: Meaning = { code: 'ERR_FULL', retryable: false }
const TOO_LARGE: Meaning = { code: 'ERR_BLOCK_TOO_LARGE', retryable: false }
/** Retryable: what was away can come back. */
const GONE: Meaning = { code: 'ERR_STORE_GONE', retryable: true, hint: 'the bucket does not exist' }
const DENIED: Meaning = {
  ...LASTING,
  hint:
    'it needs s3:GetObject, s3:PutObject and s3:DeleteObject on the objects and s3:ListBucket on the bucket ' +
    '(without s3:ListBucket a missing object is denied, too)',
}
const KEYS: Meaning = { ...LASTING, hint: 'the credentials are not right' }
const CLOCK: Meaning = { ...LASTING, hint: 'the clock of this machine is wrong' }
const REGION: Meaning = { ...LASTING, hint: 'the region or the endpoint is not that of the bucket' }

/** By S3's codes. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, and those of other servers. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  NoSuchBucket: GONE,
  AccessDenied: DENIED,
  AllAccessDisabled: DENIED,
  InvalidAccessKeyId: KEYS,
  SignatureDoesNotMatch: KEYS,
  InvalidToken: KEYS,
  ExpiredToken: { ...PASSING, hint: 'the credentials have expired' },
  CredentialsProviderError: { ...LASTING, hint: 'no credentials were found' },
  RequestTimeTooSkewed: CLOCK,
  PermanentRedirect: REGION,
  AuthorizationHeaderMalformed: REGION,
  IllegalLocationConstraintException: REGION,
  QuotaExceeded: FULL,
  InsufficientCapacity: FULL,
  XMinioStorageFull: FULL,
  XMinioAdminBucketQuotaExceeded: FULL,
  EntityTooLarge: TOO_LARGE,
  RequestTimeout: PASSING,
  OperationAborted: PASSING,
  ConditionalRequestConflict: PASSING,
  Throttling: PASSING,
  ThrottlingException: PASSING,
  RequestLimitExceeded: PASSING,
  IncompleteBody: PASSING,
}
const BY_STATUS: Readonly<Record<number, Meaning>> = {
  301: REGION,
  307: PASSING,
  401: KEYS,
  403: DENIED,
  408: PASSING,
  409: PASSING,
  413: TOO_LARGE,
  429: PASSING,
  501: LASTING,
  507: FULL,
}

/** Nothing has reached the server. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CredentialsProviderError',
])
/** The answer of a server that has not tried. */
const REFUSED = new Set(['SlowDown', 'ServiceUnavailable', 'TooManyRequests'])
/** A gateway in front may answer so while the server behind it still works. */
const MAY_GO_ON = new Set([500, 502, 503, 504])

/** The object is not there, in a bucket that is. A bare 404 is none: it may speak of the bucket, or come from a proxy. */
export function isMissing(error: unknown): boolean {
  return failureOf(error).code === 'NoSuchKey'
}

/** What was sent may still take effect, although it failed. */
export function mayTakeEffect({ code, status }: Failure): boolean {
  if (status === undefined) return !NEVER_SENT.has(code)
  return MAY_GO_ON.has(status) && !REFUSED.has(code)
}

export function meaningOf({ code, status, clockCorrected }: Failure): Meaning {
  if (clockCorrected) return { ...CLOCK, retryable: true }
  const meaning = MEANINGS[code]
  if (meaning) return meaning
  if (status === undefined) return PASSING
  return BY_STATUS[status] ?? (status >= 500 || status === 200 ? PASSING : LASTING)
}

export interface ErrorContext {
  /** What was being done: "put in the bucket 'b'". */
  readonly subject: string
  readonly writes: boolean
  readonly secrets: readonly string[]
}

/** The PoolError for what a request failed with; one that is a PoolError already stays as it is. */
export function toPoolError(error: unknown, { subject, writes, secrets }: ErrorContext): Error {
  if (error instanceof Error && errorCode(error) !== undefined) return error
  const failure = failureOf(error)
  const { code, retryable, hint } = meaningOf(failure)
  const said = failure.status === undefined ? failure.code : `${failure.code} (${failure.status})`
  return new PoolError(code, `${subject}: ${said}${hint ? `; ${hint}` : ''}`, {
    cause: harmless(error, secrets),
    retryable,
    unsettled: writes && mayTakeEffect(failure),
  })
}
