/** Answers every put alike, and every get with one block: what is left is the work of the client. Ends with its parent. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const [block, store] = [Buffer.alloc(1_024, 'block'), '{"format":"blockpool-s3","version":1,"id":"bare"}']
const server = createServer((request, response) => {
  const body = request.method !== 'GET' ? '' : request.url?.includes('store.json') ? store : block
  request.resume().on('end', () => response.writeHead(200, { 'content-length': body.length }).end(body))
}).listen(0, '127.0.0.1')
await once(server, 'listening')

process.on('disconnect', () => process.exit())
process.send?.({
  endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test-secret' },
})
