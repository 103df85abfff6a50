import { createInterface } from 'node:readline'
import { CreateError } from './errors.ts'
import type { Io } from './program.ts'

/** Asks one question after another of whoever sits at the terminal. */
export interface Questions {
  /**
   * @param standard the answer that an empty line stands for.
   * @param check what the answer means; what it rejects with is shown, and the question asked again.
   * @throws CreateError `ERR_INTERRUPTED` when the user interrupts, or ends the input.
   */
  ask<T>(question: string, standard: string, check: (answer: string) => Promise<T>): Promise<T>
  end(): void
}

export function openQuestions({ stdin, stdout }: Io): Questions {
  const lines = createInterface({ input: stdin, output: stdout })
  // It keeps lines that come before they are asked for, as when several are pasted; an interrupt ends it.
  const answers = lines[Symbol.asyncIterator]()
  return {
    async ask(question, standard, check) {
      lines.setPrompt(`${question} (${standard}): `)
      for (;;) {
        lines.prompt()
        const { value, done } = await answers.next()
        if (done) throw new CreateError('ERR_INTERRUPTED', 'nothing was written')
        try {
          return await check(value.trim() || standard)
        } catch (error) {
          stdout.write(`${(error as Error).message}\n`)
        }
      }
    },
    end: () => lines.close(),
  }
}
