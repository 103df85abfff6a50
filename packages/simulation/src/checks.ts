import type { CallCounts, StoragePool } from '@blockpool/core'
import type { Operations } from './operations.ts'
import type { Site } from './site.ts'
import { isQuiet } from './world.ts'

/** A breaker may stay open this long, in milliseconds. */
const BREAKER_MS = 60_000
/** A scrub ends within this time, in milliseconds. */
const SCRUB_MS = 3_600_000

/** Operations are what was counted of their outcomes, for each backend and in sum. */
export function checkCounts(site: Site, pool: StoragePool): void {
  const stats = pool.stats()
  const backends = Object.values(stats.backends)
  for (const each of [stats, ...backends] as readonly CallCounts[]) {
    if (each.operations === each.ok + each.missing + each.errors + each.aborted) continue
    site.violate('stats', `${each.operations} operations are not what their outcomes sum up to`)
  }
  const operations = backends.reduce((sum, backend) => sum + backend.operations, 0)
  if (operations !== stats.operations) site.violate('stats', 'the backends do not sum up to the pool')
}

/** With all faults over: waits, and looks whether everything is as it should be. */
export async function checkEnd(site: Site, pool: StoragePool, operations: Operations): Promise<void> {
  const { driver, world } = site
  await driver.pass(3 * world.healthIntervalMs + BREAKER_MS)
  if (!(await driver.settle(pool.settled(), BREAKER_MS)))
    return site.violate('stuck', 'settled() never settles')
  checkReasons(site, pool)
  await checkBlocks(site, pool)
  if (site.promises.debts) {
    if (site.crashes > 0 || site.debtsLost) await checkScrub(site, pool)
    checkCopies(site)
    if (isQuiet(world)) checkPlaces(site)
  }
  if (site.violations.length > 0) return
  // Twice, because a breaker closes after two calls that went well.
  await checkDeletes(site, pool)
  await checkDeletes(site, pool)
  // By now each backend has had the calls that close its breakers.
  checkHealth(site, pool)
  operations.list(pool)
  await driver.until(() => operations.pending === 0, BREAKER_MS)
  // Deletes are measured a moment later.
  await driver.pass(2 * world.healthIntervalMs + 5_000)
  checkCounts(site, pool)
  checkUsage(site, pool)
}

function checkReasons(site: Site, pool: StoragePool): void {
  for (const { id, unhealthyReason } of Object.values(pool.stats().backends)) {
    if (unhealthyReason) site.violate('not healed', `${id} is unhealthy for good: ${unhealthyReason}`)
  }
}

function checkHealth(site: Site, pool: StoragePool): void {
  for (const { id, healthy } of Object.values(pool.stats().backends)) {
    if (!healthy) site.violate('not healed', `${id} is unhealthy for good`)
  }
}

/** Each block can be read, or is known not to be there. */
async function checkBlocks(site: Site, pool: StoragePool): Promise<void> {
  const { driver, model, world } = site
  for (let number = 0; number < world.blocks; number++) {
    const { cid, bytes } = site.block(number)
    const look = model.look(number)
    const got = await driver.settle(pool.get(cid), BREAKER_MS)
    site.operations++
    if (!got) site.violate('stuck', `get #${number} never settles`)
    else if (!got.ok) {
      const damage = model.copiesLost({ ...look, base: -1 }) > 0
      const mustBe = !model.mayBeAbsent(look)
      // Damaged copies are no absence, where all the good ones were lost.
      if (mustBe || !damage) site.violate('not healed', `get #${number} fails for good: ${String(got.error)}`)
    } else if (got.value && Buffer.compare(got.value, bytes) !== 0)
      site.violate('wrong bytes', `get #${number} returned bytes that do not match`)
    else if (got.value && !model.mayBePresent(look))
      site.violate('came back', `get #${number} found a block that was deleted`)
    else if (!got.value && !model.mayBeAbsent(look))
      site.violate('lost', `get #${number} did not find a block that must be there`)
  }
}

/** What a crash has left unfinished, or forgotten, a scrub finds: it ends, with every block looked at, and F is what it was. */
async function checkScrub(site: Site, pool: StoragePool): Promise<void> {
  const { driver, strategy } = site
  const scrubbed = await driver.settle(pool.scrub(), SCRUB_MS)
  site.operations++
  if (!scrubbed?.ok || !scrubbed.value.complete) {
    site.violate('not healed', `the scrub is not complete: ${JSON.stringify(scrubbed)}`)
  } else if (!strategy.copies && scrubbed.value.leastCopies !== site.needed(0)) {
    site.violate(
      'not healed',
      `a block has ${scrubbed.value.leastCopies} copies after a scrub, says the pool`,
    )
  }
  if (!(await driver.settle(pool.settled(), SCRUB_MS))) site.violate('stuck', 'settled() never settles')
}

/** Each block that must be there has its copies on distinct backends; one that must not be there has none. */
function checkCopies(site: Site): void {
  const { model, world, attached, disks, strategy } = site
  const roomy = disks.filter(({ index, plan }) => attached.has(index) && plan.maxBytes === undefined).length
  for (let number = 0; number < world.blocks; number++) {
    const { index } = site.block(number)
    const look = model.look(number)
    const copies = disks.filter(({ index: disk, held }) => attached.has(disk) && held.has(index)).length
    if (!model.mayBePresent(look)) {
      if (copies > 0) site.violate('not healed', `#${number} was deleted and has ${copies} copies`)
      // What was lost unseen is not owed, and a new backend gets no copies of what was there before it.
    } else if (!strategy.copies && !model.mayBeAbsent(look) && model.copiesLost(look) === 0) {
      const wanted = Math.min(world.copies, roomy)
      if (copies < wanted) site.violate('not healed', `#${number} has ${copies} of ${wanted} copies`)
    }
  }
}

/** Where nothing went wrong each block has its copies, no more, and in as many zones as there are. */
function checkPlaces(site: Site): void {
  const { model, world, disks, strategy } = site
  // A put that does not know where the copies are, or does not count them, makes new ones.
  if (strategy.copies || world.maxHints < world.blocks || world.durability !== 'none') return
  const places = disks.slice(0, world.attached)
  const zones = new Set(places.map((disk) => disk.plan.settings.zone ?? disk.plan.id)).size
  for (let number = 0; number < world.blocks; number++) {
    if (model.puts(number) !== 1 || model.mayBeAbsent(model.look(number))) continue
    const { index } = site.block(number)
    const holders = places.filter((disk) => disk.has(index))
    const wanted = Math.min(world.copies, places.length)
    if (holders.length !== wanted)
      site.violate('misplaced', `#${number} has ${holders.length} copies, not ${wanted}`)
    const held = new Set(holders.map((disk) => disk.plan.settings.zone ?? disk.plan.id)).size
    if (!strategy.tier && held < Math.min(wanted, zones))
      site.violate('misplaced', `#${number} stands in ${held} zones, and ${zones} are there`)
  }
}

/** Every second block is deleted, and gone from every backend. */
async function checkDeletes(site: Site, pool: StoragePool): Promise<void> {
  const { driver, model, world, attached } = site
  for (let number = 0; number < world.blocks; number += 2) {
    const { cid, index } = site.block(number)
    const attempt = model.begin('delete', number, 0)
    const deleted = await driver.settle(pool.delete(cid), BREAKER_MS)
    model.end(attempt, deleted?.ok ?? false)
    site.operations++
    if (!deleted?.ok)
      site.violate('not healed', `delete #${number} fails for good: ${String(deleted?.error)}`)
    else {
      const left = [...attached].filter((disk) => site.disk(disk).has(index)).map((disk) => site.idOf(disk))
      if (left.length > 0) site.violate('came back', `#${number} is on ${left.join(', ')} after its delete`)
    }
  }
}

/** A backend that measures itself is believed. */
function checkUsage(site: Site, pool: StoragePool): void {
  const { backends } = pool.stats()
  for (const disk of site.attached) {
    const { plan, usedBytes, held } = site.disk(disk)
    const stats = backends[plan.id]
    if (!plan.usage || !stats || (stats.usedBytes === usedBytes && stats.blocks === held.size)) continue
    site.violate('stats', `${plan.id} holds ${usedBytes} bytes, and stats say ${stats.usedBytes}`)
  }
}
