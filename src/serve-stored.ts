import { randomBytes } from 'node:crypto'
import { createApi } from './edge/http/api.ts'
import { listen } from './edge/http/listen.ts'
import { createLog } from './model/log.ts'
import { Database } from './state/database.ts'
import { SqliteSearch } from './state/search/sqlite.ts'
import { SqliteStorage } from './state/storage/sqlite.ts'

/** The API of a data folder on which no node runs. */
export interface StoredApi extends AsyncDisposable {
  readonly url: URL
  /** What it asks its callers for: it is for this process alone. */
  readonly token: string
}

/**
 * Answers from a data folder without following anything, on loopback and a free port.
 *
 * @throws {FolderInUseError} when a node runs on it.
 * @throws {SetupError} when the folder or its database cannot be used.
 */
export async function serveStored(dir: string): Promise<StoredApi> {
  await using stack = new AsyncDisposableStack()
  const database = stack.use(new Database({ dir }))
  const storage = stack.use(new SqliteStorage({ database }))
  const token = randomBytes(24).toString('base64url')
  const api = createApi({
    storage,
    search: new SqliteSearch({ database }),
    log: createLog({ level: 'error', write: (line) => process.stderr.write(line) }),
    version: 'stored',
    ready: () => ({ indexing: 'no node runs' }),
    stats: () => ({}),
    config: () => ({}),
    token,
  })
  const listener = stack.use(await listen(api, { port: 0 }))
  const held = stack.move()
  return { url: listener.url, token, [Symbol.asyncDispose]: () => held.disposeAsync() }
}
