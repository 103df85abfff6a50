import { isInstalled } from '@blockpool/test-services'
import type { Server } from './race.ts'

/** Programs of each server; the S3 emulator comes from npm. */
const programs: Readonly<Record<Server, readonly string[]>> = {
  redis: ['redis-server', 'redis-cli', 'redis-benchmark'],
  s3: [],
  ceph: ['ceph', 'ceph-authtool', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin'],
}

/** How to get what is missing. */
export const sources: Readonly<Record<Server, string>> = {
  redis: 'apt-get install --no-install-recommends redis-server',
  s3: 'pnpm install',
  ceph: 'apt-get install --no-install-recommends radosgw ceph-mon ceph-osd',
}

/** Those that are not installed. */
export function missingServers(needs: readonly Server[]): readonly Server[] {
  return needs.filter((server) => !isInstalled(...programs[server]))
}
