import { setTimeout as sleep } from 'node:timers/promises'
import { decodeFirst, encode } from '@atcute/cbor'
import { WebSocket, WebSocketServer } from 'ws'
import { FaultyHost } from './faulty-host.ts'
import { freePort } from './network.ts'

/** What is done to an event on its way; undefined keeps it back. */
export type Fault = (event: RelayedEvent) => Uint8Array | undefined | Promise<Uint8Array>

export interface RelayedEvent {
  readonly frame: Uint8Array
  /** `#commit` and others. */
  readonly type: string
  readonly body: Record<string, unknown>
}

/** Stands between the service and its relay, and passes on events, unharmed until it is told otherwise, and all else. */
export class FaultyRelay implements AsyncDisposable {
  readonly url: string
  /** What it answers to everything but the stream. */
  readonly host: FaultyHost
  readonly #server: WebSocketServer
  #fault: Fault | undefined
  #isCut = false

  constructor(upstream: string, port: number) {
    this.host = new FaultyHost(upstream, port)
    this.url = this.host.url
    this.#server = new WebSocketServer({ server: this.host.server })
    this.#server.on('connection', (client, { url = '/' }) => {
      if (this.#isCut) client.terminate()
      else this.#relay(client, new URL(url, upstream))
    })
  }

  /** From now on each event goes through this; undefined heals it. */
  set fault(fault: Fault | undefined) {
    this.#fault = fault
  }

  /** Ends all connections for events, and refuses further ones until it is undone. */
  set cut(isCut: boolean) {
    this.#isCut = isCut
    if (isCut) this.disconnect()
  }

  /** Ends all connections; the service may open them again at once. */
  disconnect(): void {
    for (const client of this.#server.clients) client.terminate()
  }

  #relay(client: WebSocket, url: URL): void {
    url.protocol = 'ws:'
    const relay = new WebSocket(url)
    let earlier: Promise<void> = Promise.resolve()
    relay.on('message', (data: Buffer) => {
      const passed = this.#fault === undefined ? data : this.#fault(opened(data))
      // One after the other: what is late makes what comes after it late as well.
      earlier = earlier.then(async () => {
        const sent = await passed
        if (sent !== undefined) client.send(sent)
      })
    })
    relay.on('close', () => client.terminate()).on('error', () => client.terminate())
    client.on('close', () => relay.terminate()).on('error', () => relay.terminate())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disconnect()
    this.#server.close()
    await this.host[Symbol.asyncDispose]()
  }
}

export async function startFaultyRelay(upstream: string): Promise<FaultyRelay> {
  return new FaultyRelay(upstream, await freePort())
}

/** Damages the signed part of commits, so that no signature holds any more. */
export const poisoned: Fault = ({ frame, type }) => {
  if (type !== '#commit') return frame
  const damaged = new Uint8Array(frame)
  const at = Buffer.from(damaged).indexOf('sig') + 'sig'.length + 10
  damaged[at] = (damaged[at] ?? 0) ^ 0xff
  return damaged
}

/** Keeps every second commit back: what follows does not join on to what was before. */
export function losing(): Fault {
  let commits = 0
  return ({ frame, type }) => (type === '#commit' && commits++ % 2 === 0 ? undefined : frame)
}

/** Keeps each event for a while. */
export function slow(pauseMs: () => number): Fault {
  return ({ frame }) => sleep(pauseMs(), frame)
}

/** Sends events as if they had been sent so long ago. */
export function delayed(seconds: number): Fault {
  return ({ type, body }) => {
    const time = new Date(Date.now() - seconds * 1000).toISOString()
    return Buffer.concat([encode({ op: 1, t: type }), encode({ ...body, time })])
  }
}

/** Says of each account, in the place of its first commit, that it was deleted; what it writes goes on. */
export function deletingAccounts(): Fault {
  const told = new Set<unknown>()
  return ({ frame, type, body }) => {
    if (type !== '#commit' || told.has(body.repo)) return frame
    told.add(body.repo)
    const account = { seq: body.seq, did: body.repo, time: body.time, active: false, status: 'deleted' }
    return Buffer.concat([encode({ op: 1, t: '#account' }), encode(account)])
  }
}

function opened(data: Buffer): RelayedEvent {
  const frame = new Uint8Array(data)
  const [header, rest] = decodeFirst(frame) as [{ t: string }, Uint8Array]
  const [body] = decodeFirst(rest) as [Record<string, unknown>, Uint8Array]
  return { frame, type: header.t, body }
}
