import type { S3Client } from '@aws-sdk/client-s3'
import { PoolError } from '@blockpool/core'

/** The part of an S3Client that is used. */
export type S3Sender = Pick<S3Client, 'send'>

/** Keys of a user, as AWS gives them out. */
export interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Of keys that are lent for a time. */
  readonly sessionToken?: string | undefined
}

/** What every way of naming a bucket has. */
export interface S3BucketOptions {
  /** It must exist. */
  readonly bucket: string
  /**
   * Names of objects begin with it; a '/' is added where it lacks. Stores with different prefixes share a bucket.
   * Letters, digits and `!_.*'()-`, in parts divided by '/', 512 characters at most. @default ''
   */
  readonly prefix?: string | undefined
  /** Make a store where there is none; otherwise `open` fails with `ERR_STORE_GONE`. @default true */
  readonly create?: boolean | undefined
}

export interface S3ServerOptions extends S3BucketOptions {
  /** @default from the environment as the AWS SDK reads it; 'us-east-1' with an endpoint */
  readonly region?: string | undefined
  /** Of a server that is not AWS: 'https://s3.example.com:9000'. @default AWS, or what the environment says */
  readonly endpoint?: string | undefined
  /** The bucket stands in the path of the URL and not in its host name. @default true with an endpoint */
  readonly forcePathStyle?: boolean | undefined
  /** @default found as the AWS SDK finds them: environment, shared files, SSO, the metadata service */
  readonly credentials?: S3Credentials | undefined
  /** Connections at most, from 1. @default 64 */
  readonly connections?: number | undefined
}

export interface S3ClientOptions extends S3BucketOptions {
  /** Used as it is configured, with its own retries and time-outs, and not destroyed. */
  readonly client: S3Sender
}

export type S3Options = S3ServerOptions | S3ClientOptions

/** Where requests go. */
export type Target =
  | { readonly client: S3Sender }
  | {
      readonly client?: undefined
      readonly region: string | undefined
      readonly endpoint: string | undefined
      readonly forcePathStyle: boolean
      readonly credentials: S3Credentials | undefined
      readonly connections: number
    }

export interface ResolvedS3Options {
  readonly bucket: string
  /** Empty, or with a '/' at its end. */
  readonly prefix: string
  readonly create: boolean
  readonly target: Target
}

export const DEFAULT_CONNECTIONS = 64
const MAX_PREFIX = 512
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html, the characters that are safe. */
const PREFIX_PART = /^[A-Za-z0-9!_.*'()-]+$/

/**
 * Fills in the defaults.
 * @throws PoolError `ERR_INVALID_OPTIONS` naming the option that does not fit, without its value where that may be secret.
 */
export function resolveOptions(options: S3Options): ResolvedS3Options {
  const { bucket, prefix = '', create = true } = options
  if (typeof bucket !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/.test(bucket)) {
    throw invalid('bucket must be the name of a bucket')
  }
  return { bucket, prefix: resolvePrefix(prefix), create, target: resolveTarget(options) }
}

function resolvePrefix(prefix: string): string {
  if (prefix === '') return ''
  const parts = prefix.replace(/\/$/, '').split('/')
  const fits = parts.every((part) => PREFIX_PART.test(part) && part !== '.' && part !== '..')
  if (!fits || prefix.length > MAX_PREFIX) {
    throw invalid(`prefix must be parts of A-Z a-z 0-9 ! _ . * ' ( ) - divided by '/', ${MAX_PREFIX} at most`)
  }
  return `${parts.join('/')}/`
}

function resolveTarget(options: S3Options): Target {
  if ('client' in options) {
    const own = ['region', 'endpoint', 'forcePathStyle', 'credentials', 'connections'].find(
      (name) => name in options,
    )
    if (own !== undefined) throw invalid(`a given client has its own ${own}`)
    return { client: options.client }
  }
  const { endpoint, region, credentials, connections = DEFAULT_CONNECTIONS } = options
  if (endpoint !== undefined) checkEndpoint(endpoint)
  if (!Number.isInteger(connections) || connections < 1) {
    throw invalid(`connections must be a whole number of at least 1, not ${String(connections)}`)
  }
  if (credentials && !(credentials.accessKeyId && credentials.secretAccessKey)) {
    throw invalid('credentials must have an accessKeyId and a secretAccessKey')
  }
  return {
    endpoint,
    region: region ?? (endpoint === undefined ? undefined : 'us-east-1'),
    forcePathStyle: options.forcePathStyle ?? endpoint !== undefined,
    credentials,
    connections,
  }
}

function checkEndpoint(endpoint: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (url?.username || url?.password) throw invalid('credentials do not belong into the endpoint')
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) {
    throw invalid("endpoint must be a URL such as 'https://s3.example.com:9000'")
  }
}

export function invalid(reason: string): PoolError {
  return new PoolError('ERR_INVALID_OPTIONS', `s3: ${reason}`)
}
