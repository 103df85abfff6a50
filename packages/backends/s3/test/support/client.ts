import { S3Client } from '@aws-sdk/client-s3'
import type { S3Access } from '@blockpool/test-services'

/** A client of the tests' own, and the names of the commands that it has sent. */
export function plainClient(access: S3Access): { readonly client: S3Client; readonly sent: string[] } {
  const { endpoint, region, credentials } = access
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  const sent: string[] = []
  client.middlewareStack.add(
    (next, context) => (args) => {
      sent.push(String(context.commandName))
      return next(args)
    },
    { step: 'initialize', name: 'sent' },
  )
  return { client, sent }
}
