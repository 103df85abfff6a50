import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Backend } from '@blockpool/core'
import { type S3ServerOptions, s3 } from '../../src/index.ts'

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
}

/** Undefined cuts the connection. */
export type AnswerTo = (asked: Asked, index: number) => Answer | undefined | Promise<Answer | undefined>

const STORE = JSON.stringify({ format: 'blockpool-s3', version: 1, id: 'the-store' })

/** A server that answers as it is told, and always has the object that makes a store. */
export class Answers {
  readonly asked: Asked[] = []
  /** Answers to all but the requests for the store's object. */
  answer: AnswerTo = () => ({ status: 200 })
  /** Undefined: as everything else. */
  store: string | undefined = STORE
  readonly #server: Server

  constructor() {
    this.#server = createServer((request, response) => {
      request.resume().on('end', async () => {
        const asked = { method: request.method ?? '', path: request.url ?? '', headers: request.headers }
        if (asked.path.includes('store.json') && this.store !== undefined) {
          response.writeHead(200).end(this.store)
          return
        }
        const answer = await this.answer(asked, this.asked.push(asked) - 1)
        if (!answer) request.socket.destroy()
        else response.writeHead(answer.status, answer.headers).end(answer.body)
      })
    })
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`
  }

  backend(options: Partial<S3ServerOptions> = {}): Backend {
    const credentials = { accessKeyId: 'id', secretAccessKey: 'SECRET-SECRET' }
    return s3({ endpoint: this.endpoint, bucket: 'bucket', credentials, ...options })
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

/** An error as S3 tells it. */
export function refusal(
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>about ${code}</Message></Error>`
  return { status, body, headers: { 'content-type': 'application/xml', ...headers } }
}
