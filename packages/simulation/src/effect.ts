import type { Block } from '@blockpool/core'
import { type SimulatedBlock, simulatedBlock } from './blocks.ts'
import { type Disk, damaged, type Surroundings } from './disk.ts'
import type { FlightPlan, Verb } from './flight.ts'
import type { Inner } from './inner.ts'

/** Does what the call asks for, or what the fault makes of it. Its value is a promise with a backend under test. */
export function effect(
  disk: Disk,
  surroundings: Surroundings,
  verb: Verb,
  index: number,
  { alter, note = '' }: FlightPlan,
): unknown {
  disk.noticed()
  switch (verb) {
    case 'get':
      return get(disk, surroundings, index, alter)
    case 'has':
      return has(disk, index)
    case 'put':
      return put(disk, surroundings, index, alter)
    case 'delete':
      disk.delete(index)
      return innerOf(disk)?.use((backend) => backend.delete(simulatedBlock(index).cid))
    case 'identity':
      return disk.identity()
    case 'read note':
      return disk.note
    case 'write note':
      disk.note = note
      return undefined
    case 'open':
      return disk.opened()
    case 'usage':
      return { blocks: disk.held.size, bytes: disk.usedBytes }
    default:
      return undefined
  }
}

function get(disk: Disk, surroundings: Surroundings, index: number, alter: FlightPlan['alter']): unknown {
  const bytes = disk.read(index)
  if (!bytes || bytes.length === 0 || (alter !== 'bit flip' && alter !== 'truncation')) {
    const inner = disk.isDamaged(index) ? undefined : innerOf(disk)
    return inner ? inner.use((backend) => backend.get(simulatedBlock(index).cid)) : bytes
  }
  surroundings.fired[alter]++
  // To the pool this copy is as good as lost, and repair will delete it.
  surroundings.lost(index, disk.index)
  return damaged(bytes, alter, disk.random)
}

function has(disk: Disk, index: number): unknown {
  const inner = disk.isDamaged(index) ? undefined : innerOf(disk)
  return inner ? inner.use((backend) => backend.has(simulatedBlock(index).cid)) : disk.has(index)
}

function put(disk: Disk, surroundings: Surroundings, index: number, alter: FlightPlan['alter']): unknown {
  const block = simulatedBlock(index)
  const isNew = !disk.has(index)
  if (alter === 'torn write' && disk.tear(index, block.bytes)) {
    surroundings.lost(index, disk.index)
    return undefined
  }
  if (alter === 'acknowledged and lost' && isNew) {
    surroundings.fired[alter]++
    surroundings.lost(index, disk.index)
    return undefined
  }
  disk.write(index, block.bytes)
  return innerOf(disk)?.use((backend) => putInto(backend, block, disk))
}

/** What the backend under test refuses is not there. */
async function putInto(
  backend: { put(block: Block): Promise<void> },
  block: SimulatedBlock,
  disk: Disk,
): Promise<void> {
  try {
    await backend.put(block)
  } catch (error) {
    disk.delete(block.index)
    throw error
  }
}

/** The backend under test, when its store is there. */
function innerOf(disk: Disk): Inner | undefined {
  return disk.mounted ? disk.inner : undefined
}
