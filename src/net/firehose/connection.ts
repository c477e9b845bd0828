import { WebSocket } from 'ws'

/** How a connection ended. */
export type Ending =
  /** There was no answer, or none for now: worth trying again. */
  | { readonly kind: 'unreachable'; readonly message: string }
  /** What answered does not speak the protocol. */
  | { readonly kind: 'foreign'; readonly message: string }
  /** An open connection was lost. */
  | { readonly kind: 'lost'; readonly message: string }
  /** The next message is larger than the limit. */
  | { readonly kind: 'oversized' }

export interface ConnectionOptions {
  readonly url: URL
  /** Largest message that is received, in bytes; a larger one ends the connection. */
  readonly maxMessageBytes: number
  /** How long the relay has to answer, in ms. */
  readonly handshakeTimeoutMs: number
  /** The relay is pinged this often, in ms, and given up when nothing has come from one ping to the next. */
  readonly heartbeatMs: number
  /** The clock of what it tells, in ms from any point; never set. */
  readonly elapsed: () => number
  readonly onOpen: () => void
  /** Takes each message; it is text when `isText`. */
  readonly onMessage: (data: Buffer, isText: boolean) => void
}

/** One connection to a relay, from the attempt to its end. */
export class Connection {
  readonly ended: Promise<Ending>
  readonly #socket: WebSocket
  readonly #options: ConnectionOptions
  #paused = false
  #end!: (ending: Ending) => void
  #heartbeat: NodeJS.Timeout | undefined
  #isAlive = true
  #aliveMs: number | undefined
  #openedMs: number | undefined
  #failure: Ending | undefined

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    this.#socket = new WebSocket(options.url, {
      maxPayload: options.maxMessageBytes,
      handshakeTimeout: options.handshakeTimeoutMs,
      perMessageDeflate: false,
      headers: { 'user-agent': 'tidegauge' },
    })
    this.#listen(this.#socket)
  }

  /** Stops reading, so that the relay has to wait; what has already been received is still delivered. */
  pause(): void {
    this.#paused = true
    this.#socket.pause()
  }

  resume(): void {
    this.#paused = false
    this.#isAlive = true
    this.#socket.resume()
  }

  /** When it was opened; absent where it never was. */
  get openedMs(): number | undefined {
    return this.#openedMs
  }

  /** When the relay gave its last sign of life. */
  get aliveMs(): number | undefined {
    return this.#aliveMs
  }

  close(): void {
    this.#socket.terminate()
  }

  #listen(socket: WebSocket): void {
    const markAlive = () => {
      this.#isAlive = true
      this.#aliveMs = this.#options.elapsed()
    }
    socket.on('open', () => this.#opened())
    socket.on('message', (data: Buffer, isBinary) => {
      markAlive()
      this.#options.onMessage(data, !isBinary)
    })
    socket.on('ping', markAlive)
    socket.on('pong', markAlive)
    socket.on('unexpected-response', (request, { statusCode = 0, statusMessage }) => {
      this.#failure = responseEnding(statusCode, `${statusCode} ${statusMessage}`)
      request.destroy()
      socket.terminate()
    })
    socket.on('error', (error: Error & { code?: string }) => {
      this.#failure ??= this.#heartbeat ? lossEnding(error) : attemptEnding(error)
    })
    socket.on('close', (code, reason) => {
      clearInterval(this.#heartbeat)
      this.#end(this.#failure ?? { kind: 'lost', message: `closed with code ${code} ${reason}`.trim() })
    })
  }

  #opened(): void {
    this.#openedMs = this.#options.elapsed()
    this.#aliveMs = this.#openedMs
    this.#heartbeat = setInterval(() => this.#checkAlive(), this.#options.heartbeatMs)
    if (this.#paused) this.#socket.pause()
    this.#options.onOpen()
  }

  #checkAlive(): void {
    // While reading is paused nothing arrives, not even the answer to a ping.
    if (this.#paused) return
    if (!this.#isAlive) {
      // What came while other work kept us from reading is read before this is called.
      setImmediate(() => this.#giveUp())
      return
    }
    this.#isAlive = false
    this.#socket.ping()
  }

  #giveUp(): void {
    if (this.#isAlive) return
    this.#failure ??= { kind: 'lost', message: 'the relay no longer answers pings' }
    this.#socket.terminate()
  }
}

/** Statuses of a server that is overloaded or restarting will pass; any other will not. */
function responseEnding(status: number, message: string): Ending {
  const passing = status >= 500 || status === 408 || status === 425 || status === 429
  return passing && status !== 501 && status !== 505
    ? { kind: 'unreachable', message }
    : { kind: 'foreign', message: `it answers ${message} instead of opening a WebSocket` }
}

function lossEnding(error: Error & { code?: string }): Ending {
  return error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'
    ? { kind: 'oversized' }
    : { kind: 'lost', message: describe(error) }
}

function attemptEnding(error: Error & { code?: string }): Ending {
  const message = describe(error)
  return foreignAnswers.test(error.code ?? '') ||
    /^(Invalid|Server sent|Unexpected server)/.test(error.message)
    ? { kind: 'foreign', message: `its answer is not that of a WebSocket server: ${message}` }
    : { kind: 'unreachable', message }
}

/** No HTTP, or no TLS where it was expected. */
const foreignAnswers =
  /^(HPE_(?!INVALID_EOF_STATE)|EPROTO$|ERR_SSL_WRONG_VERSION_NUMBER$|ERR_SSL_PACKET_LENGTH)/

/** The attempts on all addresses of a host fail together, in an error without a message of its own. */
function describe(error: Error & { code?: string }): string {
  const [first] = error instanceof AggregateError ? error.errors : []
  return (first ?? error).message || error.code || error.name
}
