/** An S3 emulator. Ends with its parent. */
import { startQuickS3 } from '@blockpool/test-services'

const { endpoint, region, credentials } = await startQuickS3()
process.on('disconnect', () => process.exit())
process.send?.({ endpoint, region, credentials })
