import type { ApiClient } from './api-client.ts'
import { type NodePlace, withNode } from './with-node.ts'

/**
 * A node that is asked now and then, for as long as a program runs. It is looked for anew when nobody has been asking
 * it, so that a data folder is not kept from a node that wants to start there.
 */
export class SharedNode {
  readonly #place: NodePlace
  #users = 0
  #found: { readonly api: Promise<ApiClient>; readonly leave: () => void } | undefined
  #left: Promise<unknown> = Promise.resolve()

  constructor(place: NodePlace) {
    this.#place = place
  }

  /** Resolves when the data folder is free again. */
  get left(): Promise<unknown> {
    return this.#left
  }

  /** @throws what `withNode` does, and what `ask` does. */
  async use<Result>(ask: (api: ApiClient) => Promise<Result>): Promise<Result> {
    this.#users += 1
    this.#found ??= this.#find()
    const { api, leave } = this.#found
    try {
      return await ask(await api)
    } finally {
      this.#users -= 1
      if (this.#users === 0) {
        this.#found = undefined
        leave()
      }
    }
  }

  /** The folder is not opened again before it was left. */
  #find() {
    const { promise: api, resolve, reject } = Promise.withResolvers<ApiClient>()
    const { promise: end, resolve: leave } = Promise.withResolvers<void>()
    const hold = (client: ApiClient) => {
      resolve(client)
      return end
    }
    this.#left = this.#left.then(() => withNode(this.#place, hold)).catch(reject)
    return { api, leave }
  }
}
