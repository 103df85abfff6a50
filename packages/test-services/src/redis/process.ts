import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Daemon, startDaemon } from '../daemon.ts'

const run = promisify(execFile)
const ANSWER_MS = 1_000
const IN_MEMORY: RedisConfig = { save: '""', appendonly: 'no' }

/** One redis-server on a port of 127.0.0.1 and in a folder; it may be killed and started again. */
export interface RedisProcess {
  readonly port: number
  readonly folder: string
  /** Undefined while it does not run. */
  readonly pid: number | undefined
  /** Starts it again on the same folder and port. While it loads, `'answers'` waits for any answer. */
  start(until?: 'serves' | 'answers'): Promise<void>
  /** kill -9. */
  kill(): Promise<void>
  /** SIGSTOP: connections stay open and nothing is answered. */
  freeze(): void
  /** SIGCONT. */
  thaw(): void
  stop(): Promise<void>
}

/** Directives of redis.conf as it would have them; one that stands more than once is given as a list. */
export type RedisConfig = Readonly<Record<string, string | number | readonly string[]>>

export interface RedisProcessOptions {
  readonly port: number
  /** Made when it is missing. */
  readonly folder: string
  readonly config: RedisConfig
  /** Watches servers instead of storing anything. */
  readonly sentinel?: boolean | undefined
}

/** Starts a server and waits until it serves. */
export async function startRedisProcess(options: RedisProcessOptions): Promise<RedisProcess> {
  const { port, folder, config, sentinel = false } = options
  let daemon: Daemon | undefined
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'redis.conf')
  // Sentinels write into theirs.
  await writeFile(file, textOf({ ...base(port, folder), ...(sentinel ? {} : IN_MEMORY), ...config }))
  const start = async (until: 'serves' | 'answers' = 'serves'): Promise<void> => {
    daemon = await startDaemon({
      command: 'redis-server',
      args: sentinel ? [file, '--sentinel'] : [file],
      cwd: folder,
      isReady: () => isReady(port, until),
    })
  }
  await start()
  return {
    port,
    folder,
    start,
    get pid() {
      return daemon?.pid
    },
    async kill() {
      await daemon?.kill()
      daemon = undefined
    },
    freeze: () => signal(daemon, 'SIGSTOP'),
    thaw: () => signal(daemon, 'SIGCONT'),
    async stop() {
      if (daemon) signal(daemon, 'SIGCONT')
      // Nothing is kept: there is no reason to wait for a last snapshot.
      await daemon?.kill()
      daemon = undefined
    },
  }
}

function signal(daemon: Daemon | undefined, name: NodeJS.Signals): void {
  if (daemon) process.kill(daemon.pid, name)
}

function base(port: number, folder: string): RedisConfig {
  return { port, dir: folder, bind: '127.0.0.1', daemonize: 'no' }
}

function textOf(config: RedisConfig): string {
  const lines = Object.entries(config).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as readonly string[]) : [value]).map((each) => `${name} ${each}\n`),
  )
  return lines.join('')
}

/** Asked without a password: that one is wanted is an answer of a server that serves. */
async function isReady(port: number, until: 'serves' | 'answers'): Promise<boolean> {
  const answer = await ping(port)
  if (until === 'answers') return answer !== ''
  return /^(\+PONG|-NOAUTH|-NOPERM|-DENIED)/.test(answer)
}

async function ping(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('no answer')))
  try {
    await once(socket, 'connect')
    socket.write('PING\r\n')
    const [data] = await once(socket, 'data')
    return String(data)
  } finally {
    socket.destroy()
  }
}

/** What redis-cli prints. @throws Error for an answer that is an error. */
export async function redisCli(port: number, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run('redis-cli', ['-e', '-p', String(port), ...args])
  return stdout.trim()
}
