import { startProxy } from '@blockpool/test-services'
import type { Stage } from './scenario.ts'

/** What happens to connections. Only one that is slow still carries answers. */
export const connectionFaults = ['cut', 'stalled', 'slow', 'reset'] as const
export type ConnectionFault = (typeof connectionFaults)[number]

/** Each way, so that an answer takes twice as long. */
const SLOW_MS = 150
const RESET_EVERY_MS = 100

/** A proxy in front of a server, and when it spoils the connections. */
export interface Spoiled extends Required<Pick<Stage, 'begin' | 'end' | 'stop'>> {
  readonly port: number
}

export async function spoil(target: number, fault: ConnectionFault): Promise<Spoiled> {
  const proxy = await startProxy(target)
  let resets: NodeJS.Timeout | undefined
  const faults: Readonly<Record<ConnectionFault, () => void>> = {
    cut: () => proxy.cut(),
    stalled: () => proxy.stall(),
    slow: () => proxy.slow(SLOW_MS),
    reset: () => {
      resets = setInterval(() => proxy.reset(), RESET_EVERY_MS)
    },
  }
  return {
    port: proxy.port,
    begin: async () => faults[fault](),
    end: async () => {
      clearInterval(resets)
      proxy.restore()
    },
    stop: () => {
      clearInterval(resets)
      return proxy.close()
    },
  }
}
