import { isIP } from 'node:net'
import { Subscribers } from '../edge/xrpc/subscribers.ts'
import type { Did } from '../model/did.ts'
import { InvalidError, SetupError } from '../model/errors.ts'
import type { Nsid } from '../model/nsid.ts'
import { cidText } from '../net/repo/cid.ts'
import type { Write } from '../net/repo/signed-repo.ts'
import type { Account, AccountStatus } from './accounts.ts'
import { openDatabase } from './database.ts'
import { Hook, hookPath } from './hook.ts'
import { Host, type WriteResult } from './host.ts'
import { People } from './people.ts'
import { createRandom } from './random.ts'
import { createDemoServer, listen, serverUrl } from './server.ts'
import { Settings } from './settings.ts'
import { lose, trickle } from './trickle.ts'

export interface DemoNetworkOptions {
  /** The folder that keeps the network, made when missing; `:memory:` keeps nothing. */
  readonly dir: string
  /** How many events happen by themselves each second; 0 means none. @default 5 */
  readonly eventsPerSecond?: number
  /** How many accounts there are after the first start. @default 8 */
  readonly accounts?: number
  /** How many records they have together after the first start, at least. @default 200 */
  readonly records?: number
  /** Accounts are not created by themselves beyond this number. @default 30 */
  readonly maxAccounts?: number
  /** Whoever has more records deletes the oldest, sooner or later. @default 400 */
  readonly maxRecordsPerAccount?: number
  /** How many of the newest events can be replayed. @default 20_000 */
  readonly keepEvents?: number
  /** How many of the first events cannot be replayed, so that some repos begin in mid-life. @default 0 */
  readonly forgottenEvents?: number
  /** How often a commit is lost by the stream, in ms on average; 0 is never. @default 0 */
  readonly loseEveryMs?: number
  /** How many repos have their trees in memory at a time. @default 256 */
  readonly loadedRepos?: number
  /** A loopback address. @default '127.0.0.1' */
  readonly host?: string
  /** 0 means the one of the last run if that is free, otherwise any. @default 0 */
  readonly port?: number
  /** The same seed makes the same choices at the same start. @default chance */
  readonly seed?: string
  /** In ms since 1970. @default Date.now */
  readonly now?: () => number
  /** Called when an event of its own could not be written, or a request not be answered. Must not throw. */
  readonly onError?: (error: unknown) => void
}

/** A running network of one host: relay, PDS and directory of DIDs in one. */
export interface DemoNetwork extends AsyncDisposable {
  /** Base URL of the relay, which is the PDS as well. */
  readonly relay: URL
  /** Base URL of the directory of DIDs. */
  readonly plc: URL
  /** Takes webhooks that are signed with this secret. */
  readonly hook: { readonly url: URL; readonly secret: string }
  /** Number of the newest event. */
  readonly lastSeq: number
  /** All accounts in the order of creation, deleted ones included. */
  accounts(): readonly Account[]
  /** Address and CID of every record of an account, in the order of its tree. */
  records(did: Did): readonly { readonly path: string; readonly cid: string }[]
  /** @returns the number of records of an account, in all or in one collection. */
  countRecords(did: Did, collection?: Nsid): number
  /** @param name in the characters of handles; `.test` is appended. @default 'somebody' */
  createAccount(name?: string): Promise<Account>
  /** Makes one commit, which is on disk when this resolves. Calls may overlap. */
  write(did: Did, writes: readonly Write[]): Promise<WriteResult>
  /** @returns the new handle. */
  updateHandle(did: Did, name: string): Promise<string>
  setStatus(did: Did, status: AccountStatus): Promise<void>
  /** Does what otherwise happens by itself: somebody does something. @returns how many events that made. */
  live(): Promise<number>
}

/**
 * Starts the network, or resumes the one in the folder.
 *
 * @throws {SetupError} when the folder, the address or the port cannot be used.
 */
export async function startDemoNetwork({
  dir,
  eventsPerSecond = 5,
  accounts = 8,
  records = 200,
  maxAccounts = 30,
  maxRecordsPerAccount = 400,
  keepEvents = 20_000,
  forgottenEvents = 0,
  loseEveryMs = 0,
  loadedRepos = 256,
  host: address = '127.0.0.1',
  port = 0,
  seed,
  now = Date.now,
  onError = () => {},
}: DemoNetworkOptions): Promise<DemoNetwork> {
  if (!isLoopback(address)) {
    throw new SetupError(`the demo network listens on loopback only, and ${address} is not. Use 127.0.0.1`)
  }
  await using stack = new AsyncDisposableStack()
  const database = stack.adopt(openDatabase(dir), (opened) => opened.close())
  const settings = new Settings(database)
  // Each start makes other choices: what it made before is there already.
  settings.set('starts', settings.get('starts') + 1)
  const random = createRandom(seed === undefined ? undefined : `${seed}/${settings.get('starts')}`)

  const host: Host = new Host({
    database,
    random,
    now,
    keepEvents,
    loadedRepos,
    onEvents: () => relay.notify(),
  })
  const relay = new Subscribers({ events: host.sequencer, most: Number.POSITIVE_INFINITY })
  const hook = new Hook()
  const server = createDemoServer({ host, relay, hook, onError })
  const people = new People({ host, random, now, maxAccounts, maxRecords: maxRecordsPerAccount })
  stack.defer(() => host.settled())
  if (settings.get('populated') === 0) {
    await people.populate(accounts, records)
    host.sequencer.forget(forgottenEvents)
    settings.set('populated', 1)
  }

  const remembered = settings.get('port')
  if (port === 0 && remembered !== 0) await listen(server, address, remembered).catch(() => {})
  if (!server.listening) await listen(server, address, port)
  const url = serverUrl(server)
  settings.set('port', Number(url.port))
  stack.defer(() => {
    relay.close()
    server.closeAllConnections()
    server.close()
  })

  const stop = new AbortController()
  const flow = trickle({ live: () => people.live(), eventsPerSecond, signal: stop.signal, onError })
  const losses = lose({ slip: () => people.slip(), everyMs: loseEveryMs, signal: stop.signal, onError })
  stack.defer(() => {
    stop.abort()
    return Promise.all([flow, losses]).then(() => {})
  })

  const account = (did: Did): Account => {
    const found = host.accounts.find(did)
    if (found === undefined) throw new InvalidError(`${did} has no account in the demo network`)
    return found
  }
  const running = stack.move()
  return {
    relay: url,
    plc: url,
    hook: { url: new URL(hookPath, url), secret: hook.secret },
    get lastSeq() {
      return host.sequencer.last
    },
    accounts: () => host.accounts.list(),
    records: (did) =>
      host.accounts.entries(account(did).id).map(([path, cid]) => ({ path, cid: cidText(cid) })),
    countRecords: (did, collection) => host.accounts.count(account(did).id, collection),
    createAccount: (name = 'somebody') => host.createAccount(name),
    write: (did, writes) => host.write(did, writes),
    updateHandle: (did, name) => host.updateHandle(did, name),
    setStatus: (did, status) => host.setStatus(did, status),
    live: () => people.live(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

function isLoopback(address: string): boolean {
  return address === '::1' || (isIP(address) === 4 && address.startsWith('127.'))
}
