import { type WebSocket, WebSocketServer } from 'ws'
import type { Did } from '../../../src/model/did.ts'
import { type Message, messageFrame } from '../../../src/net/repo/frames.ts'
import { HostedRepo } from './hosted-repo.ts'
import { type Answer, HostileServer } from './hostile-server.ts'

export interface Hosted {
  readonly repo: HostedRepo
  readonly host: HostileServer
}

export interface HostOptions {
  /** What the host does. @default honest */
  readonly answer?: Answer
  /** Changes the document of the DID. */
  readonly document?: (document: Record<string, unknown>) => unknown
  readonly posts?: number
  readonly did?: Did
}

/** A relay, a directory, and hosts with a repo each, all on loopback; every one of them can be told to misbehave. */
export class HostileNetwork implements AsyncDisposable {
  readonly repos = new Map<string, HostedRepo>()
  readonly documents = new Map<string, unknown>()
  readonly relay: HostileServer
  readonly directory: HostileServer
  /** Connections to the stream so far, by the cursor that they asked for. */
  readonly cursors: (string | null)[] = []
  seq = 0
  /** Called for each connection to the stream; sends what is after its cursor by default. */
  onConnection: (socket: WebSocket, cursor: string | null) => void = (socket, cursor) =>
    this.replay(socket, cursor)
  readonly #stream: WebSocketServer
  readonly #hosts: HostileServer[] = []
  #frames: { readonly seq: number; readonly data: Uint8Array }[] = []

  private constructor(
    relay: HostileServer,
    directory: HostileServer,
    parts: Pick<HostileNetwork, 'repos' | 'documents'>,
  ) {
    this.relay = relay
    this.directory = directory
    this.repos = parts.repos
    this.documents = parts.documents
    this.#stream = new WebSocketServer({ server: relay.http })
    this.#stream.on('connection', (socket, request) => {
      const cursor = new URL(request.url ?? '', 'ws://relay').searchParams.get('cursor')
      this.cursors.push(cursor)
      socket.on('error', () => {})
      this.onConnection(socket, cursor)
    })
  }

  static async start(): Promise<HostileNetwork> {
    const parts = { repos: new Map<string, HostedRepo>(), documents: new Map<string, unknown>() }
    return new HostileNetwork(await HostileServer.start(parts), await HostileServer.start(parts), parts)
  }

  /** For `startTidegauge`. */
  get pds(): { readonly url: string; readonly plc: string } {
    return { url: this.relay.url.origin, plc: this.directory.url.origin }
  }

  /** Adds a repo on a host of its own. */
  async host(
    name: string,
    { answer, document = (same) => same, posts, did }: HostOptions = {},
  ): Promise<Hosted> {
    const repo = await HostedRepo.create(name, posts, did)
    const host = await HostileServer.start({ repos: new Map([[repo.did, repo]]), ...(answer && { answer }) })
    this.#hosts.push(host)
    this.repos.set(repo.did, repo)
    this.documents.set(repo.did, document(repo.document(host.url)))
    return { repo, host }
  }

  /** Sends an event to everybody, now and later, as one of half a minute ago. @returns its seq. */
  send(message: Message, timeMs = Date.now() - 30_000): number {
    this.seq += 1
    this.sendFrame(this.seq, messageFrame(message, this.seq, timeMs))
    return this.seq
  }

  sendFrame(seq: number, data: Uint8Array): void {
    this.#frames.push({ seq, data })
    for (const socket of this.#stream.clients) socket.send(data)
  }

  replay(socket: WebSocket, cursor: string | null): void {
    if (cursor === null) return
    for (const { seq, data } of this.#frames) if (seq > Number(cursor)) socket.send(data)
  }

  /** Begins another sequence, and cuts all connections without a word. */
  reset(): void {
    this.seq = 0
    this.#frames = []
    this.disconnect()
  }

  disconnect(): void {
    for (const socket of this.#stream.clients) socket.terminate()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disconnect()
    this.#stream.close()
    await Promise.all(
      [...this.#hosts, this.relay, this.directory].map((server) => server[Symbol.asyncDispose]()),
    )
  }
}
