import { SetupError } from '../../model/errors.ts'
import { Pauses } from '../../model/repeat.ts'
import { Rejection } from '../repo/rejection.ts'
import { Connection, type Ending } from './connection.ts'
import type { ErrorFrame } from './frame.ts'
import type { Intake } from './intake.ts'
import { isAllRead, type Sight } from './lag.ts'
import { LinkLog } from './link-log.ts'
import type { Settings } from './options.ts'
import type { Queue } from './queue.ts'

export interface UplinkOptions {
  readonly settings: Settings
  readonly queue: Queue
  readonly intake: Intake
  readonly signal: AbortSignal
}

/** Keeps a connection to the relay open: connects, watches the connection, and reconnects, however often. */
export class Uplink {
  readonly #settings: Settings
  readonly #queue: Queue
  readonly #intake: Intake
  readonly #signal: AbortSignal
  readonly #log: LinkLog
  readonly #first = Promise.withResolvers<'connected' | 'unreachable'>()
  #connection: Connection | undefined
  #open = false
  #everOpen = false
  /** Whether the last attempt led to an open connection. */
  #wasOpen = false
  #hasTried = false
  #paused = false
  #receivedThisTurn = 0
  /** A message after `seq` cannot be received: how many further to ask for, to get past it. */
  #obstacle: { readonly seq: number | undefined; readonly skip: number } = { seq: undefined, skip: 0 }
  /** What the relay sent before it closed the connection. */
  #error: ErrorFrame | undefined
  #foreignTimer: NodeJS.Timeout | undefined
  #setupError: SetupError | undefined

  constructor({ settings, queue, intake, signal }: UplinkOptions) {
    this.#settings = settings
    this.#queue = queue
    this.#intake = intake
    this.#signal = signal
    const { log, relay, backoff } = settings
    this.#log = new LinkLog({ log, relay, holdMs: backoff.maxMs })
    signal.addEventListener('abort', () => this.#stop(), { once: true })
  }

  get connected(): boolean {
    return this.#open
  }

  /** What tells whether all is read. */
  get sight(): Sight {
    const openedMs = this.#open ? this.#connection?.openedMs : undefined
    return { openedMs, paused: this.#paused, queued: this.#queue.length, last: this.#intake.last }
  }

  /** The outcome of the first attempt. */
  get first(): Promise<'connected' | 'unreachable'> {
    return this.#first.promise
  }

  /**
   * Runs until `signal` aborts.
   *
   * @throws {SetupError} when what answers first does not speak the protocol.
   */
  async run(): Promise<void> {
    const pauses = new Pauses(this.#settings.backoff)
    while (!this.#signal.aborted) {
      const start = performance.now()
      const ending = await this.#connect()
      if (this.#signal.aborted) break
      this.#report(ending)
      if (this.#setupError) throw this.#setupError
      this.#first.resolve('unreachable')
      const lasted = this.#wasOpen && performance.now() - start > this.#settings.backoff.maxMs
      if (this.#intake.messages > 0 || lasted || ending.kind === 'oversized') pauses.reset()
      await pauses.next(this.#signal)
    }
  }

  /** Makes the relay wait while the queue is full. */
  applyBackpressure(): void {
    if (!this.#paused && this.#queue.fill >= 1) this.#pause()
    else if (this.#paused && this.#queue.fill <= 0.5 && this.#receivedThisTurn < turn) this.#resume()
  }

  async #connect(): Promise<Ending> {
    const { maxMessageBytes, handshakeTimeoutMs, heartbeatMs } = this.#settings
    this.#intake.begin()
    this.#error = undefined
    this.#wasOpen = false
    this.#connection = new Connection({
      url: this.#url(),
      maxMessageBytes,
      handshakeTimeoutMs,
      heartbeatMs,
      elapsed: this.#settings.elapsed,
      onOpen: () => this.#opened(),
      onMessage: (data, isText) => this.#receive(data, isText),
    })
    if (this.#paused) this.#connection.pause()
    const ending = await this.#connection.ended
    this.#open = false
    this.#noteRead(this.#connection)
    return ending
  }

  /** Where all was read when a connection gave its last sign of life, what is unread later was sent after that. */
  #noteRead({ openedMs, aliveMs }: Connection): void {
    if (aliveMs !== undefined && isAllRead({ ...this.sight, openedMs }, aliveMs))
      this.#intake.readUpToMs = aliveMs
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
    this.#open = true
    this.#wasOpen = true
    if (this.#everOpen) this.#settings.onReconnect()
    this.#everOpen = true
    this.#log.opened(this.#intake.seq)
    this.#first.resolve('connected')
  }

  /** Lets other work have its turn after every so many frames that arrive together. */
  #receive(data: Buffer, isText: boolean): void {
    // What was on its way when the connection was given up is asked for again.
    if (this.#error || this.#intake.outOfSequence) return
    if (this.#receivedThisTurn === 0) setImmediate(() => this.#nextTurn())
    this.#receivedThisTurn += 1
    this.#error ??= this.#intake.receive(data, isText)
    if (this.#error || this.#intake.outOfSequence) this.#connection?.close()
    if (!this.#intake.speaksProtocol) this.#watchForForeign()
    if (this.#receivedThisTurn >= turn && !this.#paused) this.#pause()
    this.applyBackpressure()
  }

  #nextTurn(): void {
    this.#receivedThisTurn = 0
    this.applyBackpressure()
  }

  #stop(): void {
    clearTimeout(this.#foreignTimer)
    this.#log.close()
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

  #report(ending: Ending): void {
    const { relay, onFailure } = this.#settings
    const error = this.#error
    if (ending.kind === 'oversized') {
      this.#stepPast()
    } else if (this.#intake.hasRestarted || (error?.error === 'FutureCursor' && this.#intake.seq)) {
      this.#intake.startOver()
    } else if (this.#wasOpen) {
      onFailure('connection')
      this.#log.lost(error ? `${error.error}: ${error.message ?? ''}` : ending.message)
    } else {
      onFailure('connect')
      if (ending.kind === 'foreign' && !this.#hasTried) this.#setupError = foreignRelay(relay, ending.message)
      // A wrong setup is reported by the error that ends the run.
      if (!this.#setupError) this.#log.unreachable(ending.message)
    }
    this.#hasTried = true
  }

  /** Asks for one seq later each time: the message comes somewhere after the last, and no other may be lost. */
  #stepPast(): void {
    const { seq } = this.#intake
    const isNew = this.#obstacle.skip === 0 || this.#obstacle.seq !== seq
    this.#obstacle = { seq, skip: isNew ? 1 : this.#obstacle.skip + 1 }
    if (isNew) this.#intake.reportHole()
    const limit = this.#settings.maxMessageBytes
    this.#intake.reject(new Rejection('size', `a message of more than ${limit} bytes`), { seq })
  }

  /** Gives the other side, which has not spoken the protocol so far, some time to do so. */
  #watchForForeign(): void {
    const { relay, foreignTimeoutMs } = this.#settings
    this.#foreignTimer ??= setTimeout(() => {
      this.#foreignTimer = undefined
      if (!this.#intake.isForeign || this.#signal.aborted) return
      this.#setupError = foreignRelay(relay, 'what it sends is not an event stream')
      this.#connection?.close()
    }, foreignTimeoutMs)
  }
}

/** How many frames are handled before other work has its turn: about 10 ms. */
const turn = 64

function foreignRelay(relay: URL, problem: string): SetupError {
  return new SetupError(
    `${relay.href} is not a relay or PDS: ${problem}. Name one that serves com.atproto.sync.subscribeRepos`,
  )
}
