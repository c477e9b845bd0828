import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import { errorFrame, infoFrame } from '../net/repo/frames.ts'
import type { Sequencer } from './sequencer.ts'

interface Subscriber {
  readonly socket: WebSocket
  /** Number of the last event sent. */
  position: number
  /** Whether what was sent last has not left for the network yet. */
  sending: boolean
}

/**
 * `com.atproto.sync.subscribeRepos`. Each subscriber reads from the disk at its own speed, so a slow one
 * costs one chunk of memory; it is disconnected when what it would read next is no longer kept.
 */
export class Relay {
  readonly #sequencer: Sequencer
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 1024, perMessageDeflate: false })
  readonly #subscribers = new Set<Subscriber>()
  readonly #pings: NodeJS.Timeout

  constructor(sequencer: Sequencer) {
    this.#sequencer = sequencer
    this.#pings = setInterval(() => this.#ping(), pingMs).unref()
  }

  /** Takes over a connection that asks to become a WebSocket. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, cursor: string | null): void {
    this.#server.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => client.terminate())
      this.#subscribe(client, cursor)
    })
  }

  /** To be called when there are new events. */
  notify(): void {
    for (const subscriber of this.#subscribers) this.#send(subscriber)
  }

  close(): void {
    clearInterval(this.#pings)
    for (const { socket } of this.#subscribers) socket.terminate()
    this.#subscribers.clear()
    this.#server.close()
  }

  #subscribe(socket: WebSocket, cursor: string | null): void {
    const { last, oldest } = this.#sequencer
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
    const subscriber: Subscriber = { socket, position, sending: false }
    this.#subscribers.add(subscriber)
    socket.on('close', () => this.#subscribers.delete(subscriber))
    this.#send(subscriber)
  }

  #send(subscriber: Subscriber): void {
    const { socket } = subscriber
    if (subscriber.position < this.#sequencer.oldest - 1) {
      this.#subscribers.delete(subscriber)
      refuse(socket, 'ConsumerTooSlow', 'Stream consumer too slow')
      return
    }
    if (subscriber.sending || subscriber.position === this.#sequencer.last) return
    if (socket.readyState !== WebSocket.OPEN) return

    const chunk = this.#sequencer.after(subscriber.position, chunkEvents)
    for (const [index, { seq, frame }] of chunk.entries()) {
      subscriber.position = seq
      if (index < chunk.length - 1 && socket.bufferedAmount < chunkBytes) {
        socket.send(frame)
        continue
      }
      subscriber.sending = true
      socket.send(frame, (error) => {
        subscriber.sending = false
        if (!error && this.#subscribers.has(subscriber)) this.#send(subscriber)
      })
      return
    }
  }

  #ping(): void {
    for (const { socket } of this.#subscribers) if (socket.readyState === WebSocket.OPEN) socket.ping()
  }
}

/** How much is sent to a subscriber before it has received what was sent before. */
const chunkEvents = 128
const chunkBytes = 500_000
const pingMs = 30_000

function refuse(socket: WebSocket, error: string, message: string): void {
  socket.send(errorFrame(error, message))
  socket.close(1008, error)
}
