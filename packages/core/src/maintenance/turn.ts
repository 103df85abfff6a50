import type { Block } from '../block.ts'
import type { Call } from '../pool/call.ts'
import type { PoolContext, Subject } from '../pool/context.ts'
import type { Member } from '../pool/member.ts'
import type { Turn } from '../pool/turns.ts'

/**
 * Asks one backend and resolves when the call has ended, however it did. A copy that is not there is no hint any more.
 * @throws PoolError `ERR_BACKEND` when another process may have taken over the block.
 */
export async function ask(
  context: PoolContext,
  member: Member,
  verb: Call['verb'],
  subject: Subject,
  block?: Block,
): Promise<Call> {
  if (verb === 'put' || verb === 'delete') context.sharing?.assertHeld(subject)
  const call = await new Promise<Call>((resolve) => {
    member.call(verb, subject.cid, { ended: resolve }, block)
  })
  if (call.outcome === 'missing') context.locations.remove(subject, member)
  return call
}

/**
 * Runs the task in the block's turn: no put, delete or other repair of the block overlaps it, and none of another process
 * that uses the same journal.
 */
export function inTurn<T>(context: PoolContext, subject: Subject, task: () => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const turn: Turn = {
      turnKey: subject.turnKey,
      run: () => {
        context.behind.delete(subject.turnKey)
        held(context, subject, task)
          .then(resolve, reject)
          .finally(() => {
            context.turns.leave(turn)
            context.finish()
          })
      },
    }
    context.begin()
    context.turns.enter(turn)
  })
}

async function held<T>(context: PoolContext, subject: Subject, task: () => Promise<T>): Promise<T> {
  const release = await context.sharing?.hold(subject)
  try {
    return await task()
  } finally {
    release?.()
  }
}
