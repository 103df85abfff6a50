export { s3 } from './backend.ts'
export type {
  S3BucketOptions,
  S3ClientOptions,
  S3Credentials,
  S3Options,
  S3Sender,
  S3ServerOptions,
} from './options.ts'
export { plugin } from './plugin.ts'
