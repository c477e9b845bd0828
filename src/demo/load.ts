import type { Did } from '../model/did.ts'
import { didDocument } from '../model/did-document.ts'
import { openDatabase } from './database.ts'
import { Host } from './host.ts'
import { People } from './people.ts'
import { createRandom } from './random.ts'

export interface LoadOptions {
  /** How many accounts write. @default 100 */
  readonly accounts?: number
  /** Whoever has more records deletes the oldest. @default 400 */
  readonly maxRecordsPerAccount?: number
  /** @default chance */
  readonly seed?: string
  /** In ms since 1970. @default Date.now */
  readonly now?: () => number
}

/** Events made as fast as possible, in memory and without a listener. */
export interface Load extends Disposable {
  /** @returns the next frames of the sequence, `count` or a few more; the first ones introduce the accounts. */
  frames(count: number): Promise<readonly Uint8Array[]>
  /** The DID document of an account whose events have been returned. */
  document(did: Did): object | undefined
}

/** Makes signed events for benchmarks and tests, the same as a network's. */
export async function createLoad({
  accounts = 100,
  maxRecordsPerAccount = 400,
  seed,
  now = Date.now,
}: LoadOptions = {}): Promise<Load> {
  const database = openDatabase(':memory:')
  const random = createRandom(seed)
  const made: Uint8Array[] = []
  const host = new Host({
    database,
    random,
    now,
    keepEvents: 1,
    loadedRepos: accounts,
    onEvents: (frames) => made.push(...frames.map(({ frame }) => frame)),
  })
  const people = new People({ host, random, now, maxAccounts: accounts, maxRecords: maxRecordsPerAccount })
  await people.populate(accounts, 0)

  return {
    async frames(count) {
      while (made.length < count) await Promise.all(Array.from({ length: together }, () => people.live()))
      return made.splice(0)
    },
    document(did) {
      const account = host.accounts.find(did)
      return account && didDocument(account, account.multikey, new URL('http://127.0.0.1'))
    },
    [Symbol.dispose]: () => database.close(),
  }
}

/** How many people are asked at a time: enough to share transactions. */
const together = 64
