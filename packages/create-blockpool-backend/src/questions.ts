import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import type { Io } from './program.ts'

/** Asks one question of whoever sits at the terminal. */
export interface Questions {
  /** @param check what the answer means; what it throws is shown, and the question asked again. */
  ask<T>(question: string, standard: string | undefined, check: (answer: string) => Promise<T>): Promise<T>
  end(): void
}

/** Rejects with the signal's reason when the user interrupts, or ends the input. */
export function openQuestions({ stdin, stdout }: Io): Questions {
  const lines = createInterface({ input: stdin, output: stdout })
  const interrupted = new AbortController()
  lines.on('SIGINT', () => interrupted.abort())
  void once(lines, 'close').then(() => interrupted.abort())
  const { signal } = interrupted
  return {
    async ask(question, standard, check) {
      const prompt = standard === undefined ? `${question}: ` : `${question} (${standard}): `
      for (;;) {
        signal.throwIfAborted()
        const answer = (await lines.question(prompt, { signal })).trim()
        try {
          return await check(answer === '' && standard !== undefined ? standard : answer)
        } catch (error) {
          stdout.write(`${(error as Error).message}\n`)
        }
      }
    },
    end: () => lines.close(),
  }
}
