/**
 * The items of pages, one by one. For each item an async generator takes several turns of the microtask queue; here an item
 * of a page that was read already is a resolved promise, no more.
 */
export class Items<T> implements AsyncIterableIterator<T> {
  readonly #pages: AsyncGenerator<readonly T[]>
  readonly #check: () => void
  #page: readonly T[] = []
  #at = 0
  /** The next page is being read: what is asked meanwhile comes after it. */
  #reading: Promise<void> | undefined
  #ended = false

  /** @param check called before each item; what it throws ends the listing. */
  constructor(pages: AsyncGenerator<readonly T[]>, check: () => void) {
    this.#pages = pages
    this.#check = check
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#reading) return this.#reading.then(() => this.next())
    if (this.#ended) return Promise.resolve({ value: undefined, done: true })
    try {
      this.#check()
    } catch (error) {
      void this.return()
      return Promise.reject(error)
    }
    if (this.#at < this.#page.length) {
      return Promise.resolve({ value: this.#page[this.#at++] as T, done: false })
    }
    this.#reading = this.#read()
    return this.#reading.then(() => this.next())
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#ended = true
    await this.#pages.return(undefined)
    return { value: undefined, done: true }
  }

  async #read(): Promise<void> {
    try {
      const { value, done } = await this.#pages.next()
      this.#page = value ?? []
      this.#at = 0
      if (done) this.#ended = true
    } catch (error) {
      this.#ended = true
      throw error
    } finally {
      this.#reading = undefined
    }
  }
}
