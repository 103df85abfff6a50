import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { configSchema, createRegistry, type JsonSchema } from '@blockpool/config'
import { plugin as fs } from '@blockpool/fs'
import { plugin as redis } from '@blockpool/redis'
import { plugin as replicated } from '@blockpool/replicated'
import { plugin as s3 } from '@blockpool/s3'
import { plugin as sizeBased } from '@blockpool/size-based'
import { plugin as sqlite } from '@blockpool/sqlite'

/** Where the package keeps the JSON Schema that editors read. */
export const schemaFile: string = fileURLToPath(new URL('../blockpool.schema.json', import.meta.url))

/** What it has to hold. */
export function shippedSchema(): JsonSchema {
  return configSchema(createRegistry([fs, sqlite, redis, s3, sizeBased, replicated]))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(schemaFile, `${JSON.stringify(shippedSchema(), null, 2)}\n`)
}
