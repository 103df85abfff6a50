import type { BackendPlugin } from '@blockpool/core'
import * as v from 'valibot'
import { s3 } from './backend.ts'
import type { S3ServerOptions } from './options.ts'
import { optionsOfUrl } from './url.ts'

const text = v.pipe(v.string(), v.minLength(1))

const options = v.strictObject({
  bucket: v.pipe(text, v.description('The bucket; it must exist.')),
  prefix: v.optional(v.pipe(v.string(), v.description("Names of objects begin with it. Default: ''."))),
  create: v.optional(v.pipe(v.boolean(), v.description('Make a store where there is none. Default: true.'))),
  region: v.optional(
    v.pipe(text, v.description("Default: from the environment, 'us-east-1' with an endpoint.")),
  ),
  endpoint: v.optional(
    v.pipe(text, v.description('URL of a server that is not AWS, such as https://s3.example.com:9000.')),
  ),
  forcePathStyle: v.optional(
    v.pipe(
      v.boolean(),
      v.description('The bucket stands in the path of the URL. Default: true with an endpoint.'),
    ),
  ),
  credentials: v.optional(
    v.pipe(
      v.strictObject({ accessKeyId: text, secretAccessKey: text, sessionToken: v.optional(text) }),
      v.description(
        'Default: found as the AWS SDK finds them (environment, shared files, metadata service).',
      ),
    ),
  ),
  connections: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.description('Connections at most. Default: 64.')),
  ),
})

/** `{ "type": "s3", "bucket": "blocks" }`, or as a URL `s3://blocks/prefix?region=eu-central-1`. */
export const plugin: BackendPlugin<S3ServerOptions> = {
  kind: 'backend',
  type: 's3',
  options,
  fromUrl: optionsOfUrl,
  create: async (config) => s3(config),
}
