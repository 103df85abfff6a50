import { execFile } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { type Daemon, startDaemon } from '../daemon.ts'
import { isInstalled, needed } from '../needed.ts'
import { freePorts } from '../ports.ts'
import { temporaryFolder } from '../temporary.ts'
import { cephConfig } from './ceph-config.ts'
import { bucketMaker, type S3Access, type S3Credentials, type S3Server } from './server.ts'

/** A Ceph Object Gateway (RGW) in front of a cluster of one node. */
export interface CephServer extends S3Server {
  /** kill -9 of the gateway alone; what is stored stays. */
  killGateway(): Promise<void>
  /** Starts the gateway again, at the same port. */
  startGateway(): Promise<void>
  /** Another user, who may use nothing of the first one's. */
  makeUser(): Promise<S3Credentials>
}

const programs = ['ceph', 'ceph-authtool', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin']

/** Whether tests on Ceph can run; see `needed`. */
export function cephNeeded(): boolean {
  return needed({
    name: 'Ceph RGW',
    from: 'apt-get install --no-install-recommends radosgw ceph-mon ceph-osd',
    isThere: isInstalled(...programs),
  })
}

/** Starts a monitor, an object store in memory and a gateway, all in one temporary folder: about 10 s. */
export async function startCeph(): Promise<CephServer> {
  const folder = await temporaryFolder()
  const daemons: Daemon[] = []
  const end = async (): Promise<void> => {
    for (const daemon of daemons.splice(0).reverse()) await daemon.kill()
    await folder.remove()
  }
  try {
    const cluster = await startCluster(folder.path, daemons)
    return await startServer(cluster, daemons, end)
  } catch (error) {
    await end()
    throw error
  }
}

interface Cluster {
  readonly config: string
  readonly gatewayPort: number
}

async function startCluster(folder: string, daemons: Daemon[]): Promise<Cluster> {
  const [monitorPort = 0, gatewayPort = 0] = await freePorts(2)
  const fsid = randomUUID()
  const config = `${folder}/ceph.conf`
  for (const name of ['mon', 'osd', 'rgw', 'log', 'run']) await mkdir(`${folder}/${name}`)
  await writeFile(config, cephConfig({ folder, fsid, monitorPort, gatewayPort }))
  await makeKeyring(`${folder}/keyring`)
  const map = `${folder}/monmap`
  await run('monmaptool', '--create', '--fsid', fsid, '--addv', 'a', `[v1:127.0.0.1:${monitorPort}]`, map)
  const mon = ['-c', config, '-i', 'a']
  await run('ceph-mon', ...mon, '--mkfs', '--monmap', map, '--keyring', `${folder}/keyring`)
  const osdId = randomUUID()
  const addStore = async () =>
    (await run('ceph', '-c', config, '--connect-timeout', '20', 'osd', 'new', osdId)) !== ''
  daemons.push(await startDaemon({ command: 'ceph-mon', args: [...mon, '-f'], isReady: addStore }))
  const osd = ['-c', config, '-i', '0']
  await run('ceph-osd', ...osd, '--osd-uuid', osdId, '--mkfs')
  // The gateway waits for it: nothing needs to ask whether it is up.
  daemons.push(await startDaemon({ command: 'ceph-osd', args: [...osd, '-f'], isReady: async () => true }))
  return { config, gatewayPort }
}

/** Keys of one throw-away cluster. */
async function makeKeyring(path: string): Promise<void> {
  const all = (...services: readonly string[]) => services.flatMap((service) => ['--cap', service, 'allow *'])
  await run('ceph-authtool', '-C', path, '--gen-key', '-n', 'mon.', ...all('mon'))
  for (const [name, ...caps] of [
    ['client.admin', ...all('mon', 'osd', 'mgr')],
    ['osd.0', '--cap', 'mon', 'allow profile osd', ...all('osd')],
    ['client.rgw', '--cap', 'mon', 'allow rw', '--cap', 'osd', 'allow rwx'],
  ]) {
    await run('ceph-authtool', path, '--gen-key', '-n', name ?? '', ...caps)
  }
}

async function startServer(
  cluster: Cluster,
  daemons: Daemon[],
  stop: () => Promise<void>,
): Promise<CephServer> {
  const endpoint = `http://127.0.0.1:${cluster.gatewayPort}`
  let gateway = await startGateway(cluster, endpoint)
  daemons.push(gateway)
  const access: S3Access = { endpoint, region: 'default', credentials: await makeUser(cluster, 'first') }
  return {
    ...access,
    makeBucket: bucketMaker(access),
    makeUser: () => makeUser(cluster, randomUUID()),
    killGateway: () => gateway.kill(),
    startGateway: async () => {
      gateway = await startGateway(cluster, endpoint)
      daemons.push(gateway)
    },
    stop,
  }
}

function startGateway({ config }: Cluster, endpoint: string): Promise<Daemon> {
  return startDaemon({
    command: 'radosgw',
    args: ['-c', config, '-n', 'client.rgw', '-f'],
    isReady: async () => (await fetch(endpoint)).status === 200,
    startTimeoutMs: 60_000,
  })
}

async function makeUser({ config }: Cluster, id: string): Promise<S3Credentials> {
  const accessKeyId = randomBytes(10).toString('hex')
  const secretAccessKey = randomBytes(20).toString('hex')
  const keys = [`--access-key=${accessKeyId}`, `--secret-key=${secretAccessKey}`, '--max-buckets=0']
  const user = [`--uid=${id}`, '--display-name=Test']
  await run('radosgw-admin', '-c', config, '-n', 'client.rgw', 'user', 'create', ...user, ...keys)
  return { accessKeyId, secretAccessKey }
}

async function run(command: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { timeout: 60_000 })
  return stdout
}
