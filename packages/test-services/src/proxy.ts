import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A TCP proxy on 127.0.0.1 that spoils connections. */
export interface TcpProxy {
  readonly port: number
  /** Connections that are open now. */
  readonly connections: number
  /** Breaks all connections and refuses new ones, as a server that is down does. */
  cut(): void
  /** Resets all connections (RST); new ones work. */
  reset(): void
  /** Accepts connections and passes nothing on, in either direction. */
  stall(): void
  /** Passes everything on this much later, in milliseconds. */
  slow(ms: number): void
  /** As if it were not there. */
  restore(): void
  close(): Promise<void>
}

type Mode = { readonly is: 'open' | 'cut' | 'stalled' } | { readonly is: 'slow'; readonly ms: number }

/** Starts a proxy in front of a server, at a port of 127.0.0.1 or at a unix socket. */
export async function startProxy(target: number | string): Promise<TcpProxy> {
  let mode: Mode = { is: 'open' }
  const sockets = new Set<Socket>()
  const resumes = new Set<() => void>()

  const set = (next: Mode): void => {
    mode = next
    for (const resume of resumes) resume()
  }
  const end = (how: 'destroy' | 'resetAndDestroy'): void => {
    for (const socket of sockets) socket[how]()
  }
  const pass = (from: Socket, to: Socket): void => {
    const waiting: Buffer[] = []
    const send = (chunk: Buffer): void => {
      if (!to.destroyed && !to.write(chunk)) from.pause()
    }
    // Nothing overtakes what came before it: that would be no TCP.
    const resume = (): void => {
      if (mode.is !== 'stalled') for (const chunk of waiting.splice(0)) send(chunk)
    }
    const sendNext = (): void => {
      const chunk = mode.is === 'slow' ? waiting.shift() : undefined
      if (chunk) send(chunk)
    }
    resumes.add(resume)
    from.on('data', (chunk: Buffer) => {
      if (mode.is === 'open') return send(chunk)
      waiting.push(chunk)
      if (mode.is === 'slow') setTimeout(sendNext, mode.ms)
    })
    from.on('error', () => {})
    from.on('end', () => to.end())
    from.on('close', () => {
      resumes.delete(resume)
      sockets.delete(from)
      to.destroy()
    })
  }

  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (mode.is === 'cut') {
      client.resetAndDestroy()
      return
    }
    const there = typeof target === 'number' ? connect(target, '127.0.0.1') : connect(target)
    sockets.add(client).add(there)
    pass(client, there)
    pass(there, client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a proxy on no port')
  return {
    port: address.port,
    get connections() {
      return sockets.size / 2
    },
    cut: () => {
      set({ is: 'cut' })
      end('resetAndDestroy')
    },
    reset: () => end('resetAndDestroy'),
    stall: () => set({ is: 'stalled' }),
    slow: (ms) => set({ is: 'slow', ms }),
    restore: () => set({ is: 'open' }),
    close: async () => {
      server.close()
      end('destroy')
    },
  }
}
