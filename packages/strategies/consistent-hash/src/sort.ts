/** Up to so many are quicker to insert one by one. */
const RUN = 24

interface Scored<C> {
  readonly order: C[]
  readonly scores: number[]
}

/** The candidates by their scores, lowest first; equal scores keep their order. The scores are used up. */
export function sorted<C>(candidates: readonly C[], scores: number[]): C[] {
  const count = candidates.length
  let from: Scored<C> = { order: candidates.slice(), scores }
  for (let at = 0; at < count; at += RUN) insert(from, at, Math.min(at + RUN, count))
  if (count <= RUN) return from.order
  let into: Scored<C> = { order: new Array<C>(count), scores: new Array<number>(count) }
  for (let width = RUN; width < count; width *= 2) {
    for (let at = 0; at < count; at += 2 * width) merge(from, into, at, width)
    ;[from, into] = [into, from]
  }
  return from.order
}

/** Insertion sort of a range: the quickest way for the few backends of a pool. */
function insert<C>({ order, scores }: Scored<C>, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const candidate = order[i] as C
    const score = scores[i] as number
    let at = i
    for (; at > from && (scores[at - 1] as number) > score; at--) {
      scores[at] = scores[at - 1] as number
      order[at] = order[at - 1] as C
    }
    scores[at] = score
    order[at] = candidate
  }
}

/** Merges two neighbouring ranges of this width, sorted each, into the same places. */
function merge<C>(from: Scored<C>, into: Scored<C>, start: number, width: number): void {
  const { order, scores } = from
  const middle = Math.min(start + width, order.length)
  const end = Math.min(start + 2 * width, order.length)
  let left = start
  let right = middle
  for (let at = start; at < end; at++) {
    const isLeft = right >= end || (left < middle && (scores[left] as number) <= (scores[right] as number))
    const next = isLeft ? left++ : right++
    into.order[at] = order[next] as C
    into.scores[at] = scores[next] as number
  }
}
