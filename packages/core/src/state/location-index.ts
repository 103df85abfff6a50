/**
 * Where copies of blocks are, as far as all processes of a pool have told it: a process that has no hint of its own asks here
 * before it asks every backend. It is never believed: a copy that is not where the index says is looked for everywhere, and
 * an index that does not answer costs questions and nothing else.
 */
export interface LocationIndex {
  open(): Promise<void>
  close(): Promise<void>
  /** Those of the backends that are said to hold a copy. */
  find(multihash: Uint8Array, backends: readonly string[]): Promise<readonly string[]>
  /** A backend holds a copy, or holds none any more. Nobody waits for it. */
  note(multihash: Uint8Array, backend: string, holds: boolean): Promise<void>
}
