import { createModel, type Model } from '../model.ts'
import type { BackendCase, CaseContext } from '../types.ts'

const STEPS = 400
const STEPS_WITH_REOPEN = 120
const ROUNDS = 40

export const modelCases: readonly BackendCase[] = [
  {
    id: 'model/random-sequence',
    title: 'a random sequence of calls gives what a reference model gives',
    run: (context) =>
      compared(context, async (model) => {
        for (let i = 0; i < STEPS; i++) await randomStep(context, model)
      }),
  },
  {
    id: 'model/side-by-side',
    title: 'random calls on different blocks at once give what a reference model gives',
    run: (context) =>
      compared(context, async (model) => {
        for (let i = 0; i < ROUNDS; i++) await randomRound(context, model)
      }),
  },
  {
    id: 'model/with-reopen',
    title: 'the same when the store is closed and reopened again and again',
    requires: ['reopen'],
    run: (context) =>
      compared(context, async (model) => {
        for (let i = 0; i < STEPS_WITH_REOPEN; i++) {
          if (i % 15 === 14) {
            model.note('reopen')
            await context.reopen()
            await model.compare(context.backend, 'list')
          }
          await randomStep(context, model)
        }
      }),
  },
]

async function compared(context: CaseContext, steps: (model: Model) => Promise<void>): Promise<void> {
  const model = await createModel(context.random)
  try {
    await steps(model)
    await model.compare(context.backend, 'everything')
  } catch (error) {
    throw model.explain(error)
  }
}

async function randomStep({ backend, random }: CaseContext, model: Model): Promise<void> {
  if (random.int(6) === 0) await model.compare(backend, 'list')
  else await model.apply(backend, model.draw(random), random.int(model.size), random)
}

/** One call on each of a random half of the blocks, all at once. */
async function randomRound({ backend, random }: CaseContext, model: Model): Promise<void> {
  const calls = []
  for (let index = 0; index < model.size; index++) {
    if (random.int(2)) calls.push(model.apply(backend, model.draw(random), index, random))
  }
  await Promise.all(calls)
  if (random.int(4) === 0) await model.compare(backend, 'list')
}
