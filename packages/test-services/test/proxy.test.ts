import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startProxy, type TcpProxy } from '../src/index.ts'

let echo: Server
let proxy: TcpProxy
const clients: Socket[] = []

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  proxy = await startProxy((echo.address() as { port: number }).port)
})

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await proxy.close()
  echo.close()
})

async function client(): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1')
  clients.push(socket)
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** Resolves when it has closed, with an error or without. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

/** What comes back within the time; undefined when nothing does. */
async function answer(socket: Socket, text: string, withinMs = 150): Promise<string | undefined> {
  socket.write(text)
  return Promise.race([
    once(socket, 'data').then(([data]) => String(data)),
    sleep(withinMs).then(() => undefined),
  ])
}

test('what is sent comes through', async () => {
  expect(await answer(await client(), 'hello')).toBe('hello')
})

test('a stalled connection says nothing until it is restored', async () => {
  const socket = await client()
  proxy.stall()
  expect(await answer(socket, 'hello')).toBeUndefined()
  const later = once(socket, 'data')
  proxy.restore()
  expect(String((await later)[0])).toBe('hello')
})

test('a slow connection takes its time', async () => {
  const socket = await client()
  proxy.slow(50)
  const began = performance.now()
  expect(await answer(socket, 'hello', 1_000)).toBe('hello')
  expect(performance.now() - began).toBeGreaterThan(90)
})

test('what is sent after it is restored, or after it stalls, does not overtake what was slow', async () => {
  const socket = await client()
  expect(await answer(socket, 'hello')).toBe('hello')
  let heard = ''
  socket.on('data', (data) => {
    heard += String(data)
  })
  for (const [first, then] of [
    ['a', () => proxy.restore()],
    ['b', () => proxy.slow(10)],
    ['c', () => proxy.stall()],
  ] as const) {
    proxy.slow(100)
    socket.write(first)
    await sleep(30)
    then()
    socket.write(first.toUpperCase())
    await sleep(150)
  }
  proxy.restore()
  await expect.poll(() => heard).toBe('aAbBcC')
})

test('a reset breaks connections, and new ones work', async () => {
  const socket = await client()
  expect(await answer(socket, 'hello')).toBe('hello')
  const closed = closing(socket)
  proxy.reset()
  await closed
  expect(await answer(await client(), 'hello')).toBe('hello')
})

test('cut, it is gone until it is restored', async () => {
  const socket = await client()
  const closed = closing(socket)
  proxy.cut()
  await closed
  const refused = connect(proxy.port, '127.0.0.1').on('error', () => {})
  await closing(refused)
  proxy.restore()
  expect(await answer(await client(), 'hello')).toBe('hello')
})
