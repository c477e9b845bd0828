import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { relayProgram } from '../setup/relay.ts'
import { answers, freePort } from './network.ts'
import type { Pds } from './pds.ts'
import { type Running, startProcess } from './process.ts'

/** The real relay in front of PDSs on loopback, a process of its own. */
export interface Relay extends AsyncDisposable {
  readonly url: string
  log(): string
}

/**
 * Starts a relay that follows PDSs from their first events on.
 *
 * Its API refuses them: `requestCrawl`, even for administrators, asks the host through a client that connects to public
 * addresses only. The hosts that its database holds at the start are followed without that, and `ws:` to them is not
 * guarded; so they are entered there.
 */
export async function startRelay(pdss: readonly Pds[]): Promise<Relay> {
  const program = await relayProgram()
  const dir = mkdtempSync(join(tmpdir(), 'tidegauge-relay-'))
  const [port, metricsPort] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  const run = () =>
    startProcess({
      name: 'relay',
      command: program,
      args: [
        ...['--plc-host', pdss[0]?.plc ?? '', '--log-level', 'warn', 'serve'],
        ...['--db-url', `sqlite://${join(dir, 'relay.sqlite')}`, '--persist-dir', join(dir, 'persist')],
        ...['--bind', `127.0.0.1:${port}`, '--metrics-listen', `127.0.0.1:${metricsPort}`],
      ],
      ready: () => answers(`${url}/xrpc/_health`),
    })
  // The first start makes the tables.
  await (await run()).stop()
  enter(join(dir, 'relay.sqlite'), pdss)
  const running: Running = await run()
  return {
    url,
    log: () => running.log(),
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function enter(path: string, pdss: readonly Pds[]): void {
  const database = new DatabaseSync(path)
  const insert = database.prepare(
    `INSERT INTO host (created_at, updated_at, hostname, no_ssl, account_limit, trusted, status, last_seq, account_count)
     VALUES (datetime(), datetime(), ?, 1, 100000, 1, 'active', 1, 0)`,
  )
  // A cursor makes it begin there, and not at the end of the stream.
  for (const { url } of pdss) insert.run(new URL(url).host.replace('127.0.0.1', 'localhost'))
  database.close()
}
