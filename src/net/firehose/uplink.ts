import { SetupError } from '../../model/errors.ts'
import { Pauses } from '../../model/repeat.ts'
import { Rejection } from '../repo/rejection.ts'
import { Connection, type Ending } from './connection.ts'
import type { ErrorFrame } from './frame.ts'
import type { Intake } from './intake.ts'
import type { Settings } from './options.ts'
import type { Queue } from './queue.ts'

export interface UplinkOptions {
  readonly settings: Settings
  readonly queue: Queue
  readonly intake: Intake
  readonly signal: AbortSignal
}

/** Keeps a connection to the relay: opens it, watches over it, and opens it again for ever. */
export class Uplink {
  readonly #settings: Settings
  readonly #queue: Queue
  readonly #intake: Intake
  readonly #signal: AbortSignal
  readonly #first = Promise.withResolvers<'connected' | 'unreachable'>()
  #connection: Connection | undefined
  #open = false
  #everOpen = false
  /** Whether the last attempt led to an open connection. */
  #wasOpen = false
  #tried = false
  #failing = false
  #paused = false
  #receivedThisTurn = 0
  /** A message behind `seq` cannot be received: how far behind to ask on, to get past it. */
  #obstacle: { readonly seq: number | undefined; readonly skip: number } = { seq: undefined, skip: 0 }
  /** What the relay said before it ended the connection. */
  #error: ErrorFrame | undefined
  #suspicion: NodeJS.Timeout | undefined
  #misuse: SetupError | undefined

  constructor({ settings, queue, intake, signal }: UplinkOptions) {
    this.#settings = settings
    this.#queue = queue
    this.#intake = intake
    this.#signal = signal
    signal.addEventListener('abort', () => this.#stop(), { once: true })
  }

  get connected(): boolean {
    return this.#open
  }

  /** What became of the first attempt. */
  get first(): Promise<'connected' | 'unreachable'> {
    return this.#first.promise
  }

  /**
   * Runs until `signal` is aborted.
   *
   * @throws {SetupError} when the first to answer does not speak the protocol.
   */
  async run(): Promise<void> {
    const pauses = new Pauses(this.#settings.backoff)
    while (!this.#signal.aborted) {
      const start = performance.now()
      const ending = await this.#connect()
      if (this.#signal.aborted) break
      this.#tell(ending)
      if (this.#misuse) throw this.#misuse
      this.#first.resolve('unreachable')
      const lasted = this.#wasOpen && performance.now() - start > this.#settings.backoff.maxMs
      if (this.#intake.messages > 0 || lasted || ending.kind === 'oversized') pauses.reset()
      await pauses.next(this.#signal)
    }
  }

  /** Makes the relay wait while the queue is full. */
  govern(): void {
    if (!this.#paused && this.#queue.fill >= 1) this.#pause()
    else if (this.#paused && this.#queue.fill <= 0.5 && this.#receivedThisTurn < turn) this.#resume()
  }

  async #connect(): Promise<Ending> {
    const { maxMessageBytes, handshakeTimeoutMs, idleTimeoutMs } = this.#settings
    this.#intake.begin()
    this.#error = undefined
    this.#wasOpen = false
    this.#connection = new Connection({
      url: this.#url(),
      maxMessageBytes,
      handshakeTimeoutMs,
      idleTimeoutMs,
      onOpen: () => this.#opened(),
      onMessage: (data, isText) => this.#receive(data, isText),
    })
    if (this.#paused) this.#connection.pause()
    const ending = await this.#connection.ended
    this.#open = false
    return ending
  }

  #url(): URL {
    const { relay } = this.#settings
    const url = new URL('/xrpc/com.atproto.sync.subscribeRepos', relay)
    url.protocol = relay.protocol.replace(/^http/, 'ws')
    const { seq } = this.#intake
    const skip = this.#obstacle.seq === seq ? this.#obstacle.skip : 0
    if (seq !== undefined) url.searchParams.set('cursor', String(seq + skip))
    return url
  }

  #opened(): void {
    const { log, relay, onReconnect } = this.#settings
    this.#open = true
    this.#wasOpen = true
    if (this.#everOpen) onReconnect()
    this.#everOpen = true
    log.info('connected to the relay', { relay: relay.href, cursor: this.#intake.seq })
    this.#first.resolve('connected')
  }

  /** Lets other work have its turn after so many frames that came together. */
  #receive(data: Buffer, isText: boolean): void {
    if (this.#receivedThisTurn === 0) setImmediate(() => this.#nextTurn())
    this.#receivedThisTurn += 1
    this.#error ??= this.#intake.receive(data, isText)
    if (this.#error || this.#intake.astray) this.#connection?.close()
    if (!this.#intake.spoken) this.#suspect()
    if (this.#receivedThisTurn >= turn && !this.#paused) this.#pause()
    this.govern()
  }

  #nextTurn(): void {
    this.#receivedThisTurn = 0
    this.govern()
  }

  #stop(): void {
    clearTimeout(this.#suspicion)
    this.#first.resolve('unreachable')
    this.#connection?.close()
  }

  #pause(): void {
    this.#paused = true
    this.#connection?.pause()
  }

  #resume(): void {
    this.#paused = false
    this.#connection?.resume()
  }

  #tell(ending: Ending): void {
    const { log, relay, onFailure } = this.#settings
    const error = this.#error
    if (ending.kind === 'oversized') {
      this.#stepPast()
    } else if (error?.error === 'FutureCursor') {
      this.#intake.startOver()
    } else if (this.#wasOpen) {
      onFailure('connection')
      const problem = error ? `${error.error}: ${error.message ?? ''}` : ending.message
      log.warn('lost the connection to the relay; trying again', { relay: relay.href, problem })
    } else {
      onFailure('connect')
      if (ending.kind === 'foreign' && !this.#tried) this.#misuse = foreignRelay(relay, ending.message)
      // Misuse is told by the error that ends the run.
      const level = this.#failing || this.#misuse ? 'debug' : 'warn'
      log[level]('the relay cannot be reached; trying again and again', {
        relay: relay.href,
        problem: ending.message,
      })
    }
    this.#failing = !this.#wasOpen
    this.#tried = true
  }

  /** Asks for one seq later each time: the message stands somewhere behind the last, and no other may be lost. */
  #stepPast(): void {
    const { seq } = this.#intake
    const skip = this.#obstacle.seq === seq ? this.#obstacle.skip + 1 : 1
    this.#obstacle = { seq, skip }
    const limit = this.#settings.maxMessageBytes
    this.#intake.reject(new Rejection('size', `a message of more than ${limit} bytes`), { seq })
  }

  /** Gives somebody who has not spoken the protocol so far some time to do so. */
  #suspect(): void {
    const { relay, foreignTimeoutMs } = this.#settings
    this.#suspicion ??= setTimeout(() => {
      this.#suspicion = undefined
      if (!this.#intake.foreign || this.#signal.aborted) return
      this.#misuse = foreignRelay(relay, 'what it sends are not the frames of an event stream')
      this.#connection?.close()
    }, foreignTimeoutMs)
  }
}

/** How many frames are dealt with before other work has its turn: some 10 ms. */
const turn = 64

function foreignRelay(relay: URL, problem: string): SetupError {
  return new SetupError(
    `${relay.href} is no relay or PDS: ${problem}. Name one that serves com.atproto.sync.subscribeRepos`,
  )
}
