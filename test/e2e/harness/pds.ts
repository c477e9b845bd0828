import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { decode } from '@atcute/cbor'
import { pdsFolder } from '../setup/pds.ts'
import { Account } from './account.ts'
import { answers, freePort, request } from './network.ts'
import { PlcWriter } from './plc.ts'
import { type Running, startProcess } from './process.ts'
import { commitOf } from './repo-truth.ts'
import { Xrpc } from './xrpc.ts'

/** What PDSs on loopback call themselves. */
export const serviceDid = 'did:web:localhost'

/** The real PDS, and the PLC that knows its accounts, each a process of its own on loopback. */
export class Pds implements AsyncDisposable {
  readonly plc: string
  readonly url: string
  readonly xrpc: Xrpc
  /** Every account that was created here, deleted ones too. */
  readonly accounts: Account[] = []
  readonly #folder: string
  readonly #settings: Settings
  readonly #plc: Running | undefined
  readonly #directory: PlcWriter
  #pds: Running

  constructor(folder: string, settings: Settings, plc: Running | undefined, pds: Running) {
    this.plc = settings.plc
    this.url = `http://127.0.0.1:${settings.port}`
    this.xrpc = new Xrpc(this.url, settings.adminPassword)
    this.#folder = folder
    this.#settings = settings
    this.#plc = plc
    this.#directory = new PlcWriter(folder, settings.plc, settings.rotationKey)
    this.#pds = pds
  }

  /** The key that changes DIDs, in hex. */
  get rotationKey(): string {
    return this.#settings.rotationKey
  }

  async createAccount(name: string): Promise<Account> {
    const account = await Account.create(this.xrpc, name)
    this.accounts.push(account)
    return account
  }

  /**
   * Gives an account another signing key. What it has written is still signed with the one before, until it writes again.
   *
   * @param first who knows of it first: in between the directory names one key, and the PDS signs with another.
   */
  async rotateKey(
    account: Account,
    { first, between }: { first: 'directory' | 'pds'; between: () => Promise<void> },
  ): Promise<void> {
    const { did, file } = await this.#directory.newKey()
    const steps = [
      () => this.#directory.update(account.did, { signingKey: did }),
      async () => writeFileSync(this.#keyFile(account.did), file),
    ]
    if (first === 'pds') steps.reverse()
    await steps[0]?.()
    await between()
    await steps[1]?.()
  }

  /** Signs what an account writes from now on with a key that the directory is not told of. */
  async signWithUnknownKey(account: Account): Promise<void> {
    const { file } = await this.#directory.newKey()
    writeFileSync(this.#keyFile(account.did), file)
  }

  /** Takes an account over from another PDS, as people move: with its repo, and under its DID. */
  async importAccount(account: Account, from: Pds): Promise<void> {
    const { did } = account
    const token = await account.serviceAuth(serviceDid, 'com.atproto.server.createAccount')
    const repo = await request(`${from.url}/xrpc/com.atproto.sync.getRepo?did=${did}`)
    const car = new Uint8Array(await repo.arrayBuffer())
    const moved = await account.moveTo(this.xrpc, token, car)
    const { verificationMethods } = moved
    await this.#directory.update(did, { signingKey: verificationMethods.atproto, pds: this.#publicUrl })
    await account.activate()
    from.accounts.splice(from.accounts.indexOf(account), 1)
    this.accounts.push(account)
  }

  get #publicUrl(): string {
    return `http://localhost:${this.#settings.port}`
  }

  #keyFile(did: string): string {
    const shard = createHash('sha256').update(did).digest('hex').slice(0, 2)
    return join(this.#settings.dataDir, 'actors', shard, did, 'key')
  }

  async stop(): Promise<void> {
    await this.#pds.stop()
  }

  /** Starts it again after `stop`, on the same port and the same data. */
  async start(): Promise<void> {
    this.#pds = await runPds(this.#folder, this.#settings)
  }

  /** Sequence number of the last event, from the PDS's own database. */
  lastSeq(): number {
    return Number(this.#sequencer('SELECT max(seq) AS seq FROM repo_seq')[0]?.seq ?? 0)
  }

  /** How many events of each type came after `seq`, in the words of the protocol, from the PDS's own database. */
  events(seq = 0): Record<string, number> {
    const grouped =
      'SELECT eventType AS type, count(*) AS events FROM repo_seq WHERE seq > ? GROUP BY eventType'
    const named = ({ type, events }: Record<string, unknown>) => [
      type === 'append' ? 'commit' : type,
      Number(events),
    ]
    return Object.fromEntries(this.#sequencer(grouped, seq).map(named))
  }

  /**
   * The trees that the repos have had, from the PDS's own database: CID of the root by `DID rev`. Of a deleted account
   * the PDS forgets them.
   */
  roots(): ReadonlyMap<string, string> {
    const roots = new Map<string, string>()
    const events = this.#sequencer("SELECT did, event FROM repo_seq WHERE eventType IN ('append', 'sync')")
    for (const { did, event } of events) {
      const { blocks } = decode(event as Uint8Array) as { blocks: { buf: Uint8Array } }
      const { rev, data } = commitOf(blocks.buf)
      roots.set(`${did} ${rev}`, data)
    }
    return roots
  }

  #sequencer(sql: string, ...parameters: number[]): Record<string, unknown>[] {
    const database = new DatabaseSync(join(this.#settings.dataDir, 'sequencer.sqlite'), { readOnly: true })
    try {
      return database.prepare(sql).all(...parameters)
    } finally {
      database.close()
    }
  }

  log(): string {
    return this.#pds.log()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#pds[Symbol.asyncDispose](), this.#plc?.[Symbol.asyncDispose]()])
    rmSync(this.#settings.dataDir, { recursive: true, force: true })
  }
}

interface Settings {
  readonly port: number
  readonly plc: string
  readonly dataDir: string
  readonly secret: string
  readonly rotationKey: string
  readonly adminPassword: string
  /** How far back its stream reaches, in ms; undefined for a day. */
  readonly windowMs?: number
}

export interface PdsOptions {
  /** Uses the directory of this one, and shares its key to the DIDs, so that accounts can move. @default one of its own */
  readonly beside?: Pds
  /** How far back its stream reaches, in ms. @default a day */
  readonly windowMs?: number
}

export async function startPds({ beside, windowMs }: PdsOptions = {}): Promise<Pds> {
  const folder = await pdsFolder()
  const own = {
    port: await freePort(),
    dataDir: mkdtempSync(join(tmpdir(), 'tidegauge-pds-')),
    secret: randomBytes(16).toString('hex'),
    adminPassword: randomBytes(16).toString('hex'),
    ...(windowMs !== undefined && { windowMs }),
  }
  if (beside) {
    const settings = { ...own, plc: beside.plc, rotationKey: beside.rotationKey }
    return new Pds(folder, settings, undefined, await runPds(folder, settings))
  }
  const plcPort = await freePort()
  const plc = `http://127.0.0.1:${plcPort}`
  const plcServer = await startProcess({
    name: 'PLC',
    command: process.execPath,
    args: [join(import.meta.dirname, 'plc-server.ts'), folder, String(plcPort)],
    env: { LOG_ENABLED: '0' },
    ready: () => answers(`${plc}/_health`),
  })
  const settings = { ...own, plc, rotationKey: randomBytes(32).toString('hex') }
  return new Pds(folder, settings, plcServer, await runPds(folder, settings))
}

const runPds = (folder: string, settings: Settings) =>
  startProcess({
    name: 'PDS',
    command: process.execPath,
    args: [join(import.meta.dirname, 'pds-server.ts'), folder, JSON.stringify(settings)],
    env: { LOG_ENABLED: '0' },
    ready: () => answers(`http://127.0.0.1:${settings.port}/xrpc/_health`),
  })
