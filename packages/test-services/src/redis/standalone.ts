import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePorts } from '../ports.ts'
import { temporaryFolder } from '../temporary.ts'
import { type RedisConfig, type RedisProcess, redisCli, startRedisProcess } from './process.ts'

export interface RedisOptions {
  /** Of the default user. Without one the default user needs none. */
  readonly password?: string | undefined
  /** ACL rules of further users: 'alice on >secret ~* &* +@all'. */
  readonly users?: readonly string[] | undefined
  /** Listens at a unix socket, too. */
  readonly unixSocket?: boolean | undefined
  /** Listens at a port with TLS, too; its certificate is its own authority. */
  readonly tls?: boolean | undefined
  /** Every write is in the append-only file, synced, before it is answered. */
  readonly durable?: boolean | undefined
  /** Further directives of redis.conf. */
  readonly config?: RedisConfig | undefined
}

/** One Redis on 127.0.0.1. */
export interface RedisServer extends RedisProcess {
  /** With the password, if there is one. */
  readonly url: string
  readonly socketPath: string
  readonly tlsPort: number
  /** The certificate, PEM. Empty without TLS. */
  readonly certificate: string
  /** Runs a command as the default user. */
  command(...args: readonly string[]): Promise<string>
}

/** Starts a Redis that keeps nothing, unless it is asked to. `stop` removes its folder. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { password, users = [], durable = false } = options
  const home = await temporaryFolder()
  try {
    const [port = 0, tlsPort = 0] = await freePorts(2)
    const socketPath = join(home.path, 'redis.sock')
    const config = {
      ...(password !== undefined && { requirepass: password }),
      ...(users.length > 0 && { user: users }),
      ...(options.unixSocket && { unixsocket: socketPath }),
      ...(options.tls && { ...(await makeCertificate(home.path)), 'tls-port': tlsPort }),
      ...(durable && { appendonly: 'yes', appendfsync: 'always' }),
      ...options.config,
    }
    const server = await startRedisProcess({ port, folder: home.path, config })
    const login = password === undefined ? [] : ['--no-auth-warning', '-a', password]
    return Object.create(server, {
      url: { value: `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}` },
      socketPath: { value: socketPath },
      tlsPort: { value: tlsPort },
      certificate: { value: options.tls ? await readFile(join(home.path, 'cert.pem'), 'utf8') : '' },
      command: { value: (...args: readonly string[]) => redisCli(port, ...login, ...args) },
      stop: { value: () => server.stop().finally(home.remove) },
    }) as RedisServer
  } catch (error) {
    await home.remove()
    throw error
  }
}

/** A self-signed certificate for 127.0.0.1, and the directives that name it. */
async function makeCertificate(folder: string): Promise<RedisConfig> {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  await promisify(execFile)('openssl', ['req', '-x509', ...made, '-keyout', key, '-out', cert, ...names])
  return { 'tls-cert-file': cert, 'tls-key-file': key, 'tls-ca-cert-file': cert, 'tls-auth-clients': 'no' }
}
