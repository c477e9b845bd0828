import { Database } from '../../../state/database.ts'
import { SqliteSearch } from '../../../state/search/sqlite.ts'
import { SqliteStorage } from '../../../state/storage/sqlite.ts'
import { SqliteStreams } from '../../../state/streams/sqlite.ts'
import { alice } from './events.ts'
import type { World } from './world.ts'

/** The real ones. */
export class SqliteWorld implements World {
  readonly #database = new Database()
  readonly storage = new SqliteStorage({ database: this.#database })
  readonly search = new SqliteSearch({ database: this.#database })

  streams() {
    return new SqliteStreams({ database: this.#database })
  }

  async look() {
    const content = new Map<string, string>()
    for await (const { path, cid } of this.storage.entries(alice)) content.set(path, cid)
    return { repo: await this.storage.getRepo(alice), content }
  }

  async found() {
    const { hits } = await this.search.query({ text: 'tide', limit: 100 })
    return hits.map(({ collection, rkey }) => `${collection}/${rkey}`).sort()
  }

  [Symbol.dispose](): void {
    this.#database[Symbol.dispose]()
  }
}
