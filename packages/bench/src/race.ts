import type { Collection } from './garbage.ts'

/** What a contender measured in one lap, by metric, in the unit of the metric. */
export type Figures = Readonly<Record<string, number>>

/** Does the work of one round once and measures it. */
export type Lap = () => Promise<Figures>

/** What shows in the same run that a goal may be out of reach. */
export interface Limit {
  /** The contender that does no more than has to be done. */
  readonly by: string
  readonly because: string
}

/** A bound on the ratio to a peer or, with `of: 'ours'`, on our own figure. */
export type Goal = {
  readonly of?: 'ratio' | 'ours'
  readonly limit?: Limit
} & (
  | { readonly atLeast: number; readonly atMost?: undefined }
  | { readonly atMost: number; readonly atLeast?: undefined }
)

export interface Metric {
  /** 'ops/s', 'MiB/s', 'ns' … */
  readonly unit: string
  readonly better: 'more' | 'less'
  /** By name of the peer. */
  readonly goals?: Readonly<Record<string, Goal>>
}

export type Server = 'redis' | 's3' | 'ceph'

/** Contenders that do the same work in turns: ours, and the peers that users would pick. */
export interface Race {
  /** Topic first, then what tells it from the others: 'memory/1KiB/x32'. */
  readonly id: string
  /** What is done, in a few words. */
  readonly title: string
  readonly metrics: Readonly<Record<string, Metric>>
  readonly needs?: readonly Server[]
  /** Measured rounds at most, where one takes long. */
  readonly maxRounds?: number
  /**
   * Milliseconds for each contender of laps that warm up, where laps are shorter: code is compiled for good by then. 0 where
   * a lap takes so long that it has warmed up after a fraction of it. @default 1,500
   */
  readonly warmUpMs?: number
  /** What is freed before each lap. @default 'minor' */
  readonly collection?: Collection
  start(): Promise<Field>
}

/** The contenders of a race, ready to run. */
export interface Field {
  /** By name. `ours` is first; without peers a metric stands alone. */
  readonly contenders: Readonly<Record<string, Lap>> & { readonly ours: Lap }
  close(): Promise<void>
}

/** Small work for a check that everything runs, or enough of it for figures that say something. */
export interface Scale {
  readonly quick: boolean
}

/** Races that run in one process. */
export interface Topic {
  readonly id: string
  readonly title: string
  races(scale: Scale): readonly Race[]
  /** Ends what the races have shared. */
  close?(): Promise<void>
}
