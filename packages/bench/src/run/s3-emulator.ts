/** An S3 emulator in a process of its own: its work shall not count as a client's. Ends with its parent. */
import { startQuickS3 } from '@blockpool/test-services'

const { endpoint, region, credentials } = await startQuickS3()
process.on('disconnect', () => process.exit())
process.send?.({ endpoint, region, credentials })
