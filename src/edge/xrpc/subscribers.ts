import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import { errorFrame, infoFrame } from '../../net/repo/frames.ts'

/** The events that subscribers are told, numbered in their one order. */
export interface EventLog {
  /** Number of the oldest event kept; 1 before there is any. */
  readonly oldest: number
  /** Number of the newest event; 0 before there is any. */
  readonly last: number
  /** The next events after a number: some MB of them at most, and at least one where there is any. */
  after(cursor: number): Promise<readonly SequencedFrame[]>
}

export interface SequencedFrame {
  readonly seq: number
  readonly frame: Uint8Array
}

export interface SubscribersOptions {
  readonly events: EventLog
  /** How many there may be at a time. @default 1000 */
  readonly most?: number
  /** How often each is asked whether it is still there, in ms; who does not answer until the next time is not. @default 30_000 */
  readonly pingMs?: number
}

/**
 * `com.atproto.sync.subscribeRepos`. Each subscriber reads from the disk at its own speed, so that a slow one costs the
 * memory of a few events; it is disconnected when what it would read next is no longer kept.
 */
export class Subscribers {
  readonly #events: EventLog
  readonly #most: number
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 1024, perMessageDeflate: false })
  readonly #subscribers = new Set<Subscriber>()
  readonly #pings: NodeJS.Timeout

  constructor({ events, most = 1000, pingMs = 30_000 }: SubscribersOptions) {
    this.#events = events
    this.#most = most
    this.#pings = setInterval(() => this.#ping(), pingMs).unref()
  }

  get size(): number {
    return this.#subscribers.size
  }

  /** Takes over a connection that asks to become a WebSocket. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, cursor: string | null): void {
    if (this.#subscribers.size >= this.#most) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    this.#server.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => client.terminate())
      this.#subscribe(client, cursor)
    })
  }

  /** To be called when there are new events. */
  notify(): void {
    for (const subscriber of this.#subscribers) void this.#send(subscriber)
  }

  close(): void {
    clearInterval(this.#pings)
    for (const { socket } of this.#subscribers) socket.terminate()
    this.#subscribers.clear()
    this.#server.close()
  }

  #subscribe(socket: WebSocket, cursor: string | null): void {
    const { last, oldest } = this.#events
    let position = last
    if (cursor !== null) {
      if (!/^\d{1,15}$/.test(cursor)) {
        refuse(socket, 'InvalidRequest', 'cursor must be a whole number')
        return
      }
      position = Number(cursor)
      if (position > last) {
        refuse(socket, 'FutureCursor', 'Cursor in the future.')
        return
      }
      // Cursor 0 asks for whatever there is, and so misses nothing.
      if (position < oldest - 1 && position !== 0) {
        socket.send(infoFrame('OutdatedCursor', 'Requested cursor exceeded limit. Possibly missing events'))
      }
      position = Math.max(position, oldest - 1)
    }
    const subscriber: Subscriber = { socket, position, isSending: false, isAlive: true }
    this.#subscribers.add(subscriber)
    socket.on('close', () => this.#subscribers.delete(subscriber))
    socket.on('pong', () => {
      subscriber.isAlive = true
    })
    void this.#send(subscriber)
  }

  /** Sends what there is, a few events at a time, and the next ones once those have left for the network. */
  async #send(subscriber: Subscriber): Promise<void> {
    if (subscriber.isSending) return
    subscriber.isSending = true
    const { socket } = subscriber
    try {
      while (socket.readyState === WebSocket.OPEN && subscriber.position < this.#events.last) {
        const next = await this.#events.after(subscriber.position)
        if (next[0]?.seq !== subscriber.position + 1) {
          this.#subscribers.delete(subscriber)
          refuse(socket, 'ConsumerTooSlow', 'Stream consumer too slow')
          return
        }
        await sent(socket, next)
        subscriber.position = next.at(-1)?.seq ?? subscriber.position
      }
    } catch {
      // It has hung up, or what it is to be told cannot be read: it comes back with its cursor.
      socket.terminate()
    } finally {
      subscriber.isSending = false
    }
  }

  #ping(): void {
    for (const subscriber of this.#subscribers) {
      const { socket, isAlive } = subscriber
      if (!isAlive) socket.terminate()
      else if (socket.readyState === WebSocket.OPEN) {
        subscriber.isAlive = false
        socket.ping()
      }
    }
  }
}

interface Subscriber {
  readonly socket: WebSocket
  /** Number of the last event sent. */
  position: number
  isSending: boolean
  isAlive: boolean
}

/** Resolves once the last one has left for the network. @throws when the connection has ended. */
function sent(socket: WebSocket, events: readonly SequencedFrame[]): Promise<void> {
  return new Promise((resolve, reject) => {
    for (const [index, { frame }] of events.entries()) {
      if (index < events.length - 1) socket.send(frame)
      else socket.send(frame, (error) => (error ? reject(error) : resolve()))
    }
  })
}

function refuse(socket: WebSocket, error: string, message: string): void {
  socket.send(errorFrame(error, message))
  socket.close(1008, error)
}
