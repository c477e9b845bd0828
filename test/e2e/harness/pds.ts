import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pdsFolder } from '../setup/pds.ts'
import { Account } from './account.ts'
import { answers, freePort } from './network.ts'
import { type Running, startProcess } from './process.ts'
import { Xrpc } from './xrpc.ts'

/** The real PDS, and the PLC that knows its accounts, each a process of its own on loopback. */
export class Pds implements AsyncDisposable {
  readonly plc: string
  readonly url: string
  readonly xrpc: Xrpc
  /** Every account that was created here, deleted ones too. */
  readonly accounts: Account[] = []
  readonly #folder: string
  readonly #settings: Settings
  readonly #plc: Running
  #pds: Running

  constructor(folder: string, settings: Settings, plc: Running, pds: Running) {
    this.plc = settings.plc
    this.url = `http://127.0.0.1:${settings.port}`
    this.xrpc = new Xrpc(this.url, settings.adminPassword)
    this.#folder = folder
    this.#settings = settings
    this.#plc = plc
    this.#pds = pds
  }

  async createAccount(name: string): Promise<Account> {
    const account = await Account.create(this.xrpc, name)
    this.accounts.push(account)
    return account
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
    await Promise.all([this.#pds[Symbol.asyncDispose](), this.#plc[Symbol.asyncDispose]()])
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
}

export async function startPds(): Promise<Pds> {
  const folder = await pdsFolder()
  const plcPort = await freePort()
  const plc = `http://127.0.0.1:${plcPort}`
  const plcServer = await startProcess({
    name: 'PLC',
    command: process.execPath,
    args: [join(import.meta.dirname, 'plc-server.ts'), folder, String(plcPort)],
    env: { LOG_ENABLED: '0' },
    ready: () => answers(`${plc}/_health`),
  })
  const settings = {
    port: await freePort(),
    plc,
    dataDir: mkdtempSync(join(tmpdir(), 'tidegauge-pds-')),
    secret: randomBytes(16).toString('hex'),
    rotationKey: randomBytes(32).toString('hex'),
    adminPassword: randomBytes(16).toString('hex'),
  }
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
