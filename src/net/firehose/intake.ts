import type { RepoEvent } from '../../model/event.ts'
import { Rejection } from '../repo/rejection.ts'
import { type ErrorFrame, type Frame, type MessageFrame, openBody, openHeader } from './frame.ts'
import { type Message, type MessageType, messageTypes, readMessage, seqOf } from './message.ts'
import type { Settings } from './options.ts'
import type { Queue, Slot } from './queue.ts'
import type { RejectReason } from './rejection.ts'
import { Verifier } from './verifier.ts'

export interface IntakeOptions {
  readonly settings: Settings
  readonly queue: Queue
  /** Ends look-ups of keys. */
  readonly signal: AbortSignal
}

/** Takes frames as they arrive, verifies them, and puts them in the queue; a bad one is reported and skipped. */
export class Intake {
  readonly #settings: Settings
  readonly #queue: Queue
  readonly #signal: AbortSignal
  readonly #verifier: Verifier
  readonly #reported = new Set<RejectReason>()
  #foreignFrames = 0
  /** How many frames in a row had a seq that had been reached before. */
  #staleFrames = 0

  /** The last seq received, from which to resume after a lost connection; absent while unknown. */
  seq: number | undefined
  /** When the last event received was first sent. */
  timeMs: number | undefined
  /** Messages of the protocol since the connection was opened. */
  messages = 0
  /** Whether the other side has ever spoken the protocol. */
  speaksProtocol = false

  constructor({ settings, queue, signal }: IntakeOptions) {
    this.#settings = settings
    this.#queue = queue
    this.#signal = signal
    this.#verifier = new Verifier(settings, signal)
    this.seq = settings.cursor === 'live' ? undefined : settings.cursor
  }

  /** Whether the other side sends what no relay sends; a bad frame or two may come from any. */
  get isForeign(): boolean {
    return !this.speaksProtocol && this.#foreignFrames >= 3
  }

  /**
   * Whether the relay seems never to have reached our place in the sequence. Asked to resume after it, a relay
   * answers so, and the stream starts over.
   */
  get outOfSequence(): boolean {
    return this.#staleFrames >= maxStaleFrames
  }

  /** To be called before each attempt to connect. */
  begin(): void {
    this.messages = 0
    this.#staleFrames = 0
  }

  /** @returns the error that a relay sends before it closes the connection. */
  receive(data: Buffer, isText: boolean): ErrorFrame | undefined {
    this.#settings.onReceive(data.length)
    try {
      const frame = this.#open(data, isText)
      if (frame.kind === 'error') return frame
      this.messages += 1
      this.#sort(frame, data.length)
    } catch (error) {
      this.reject(error)
    }
    return undefined
  }

  /** The relay has not reached our cursor: it was reset, and all that it has is new. */
  startOver(): void {
    const message = 'the relay was reset to before our cursor; starting over from its oldest event'
    this.reject(new Rejection('cursor', message))
    this.seq = 0
    this.#settings.onGap(message)
  }

  /** Counts what is skipped, and logs the first of each kind. */
  reject(error: unknown, frame?: { readonly seq?: number; readonly did?: string }): void {
    const { reason, message } = rejection(error)
    this.#settings.onReject(reason)
    if (this.#reported.has(reason)) return
    this.#reported.add(reason)
    this.#settings.log.warn('skipped a bad event; more of its kind are only counted', {
      reason,
      problem: message,
      seq: frame?.seq,
      did: frame?.did,
    })
  }

  #open(data: Buffer, isText: boolean): Frame {
    const { maxFrameBytes } = this.#settings
    if (data.length > maxFrameBytes)
      throw new Rejection('size', `a frame of ${data.length} bytes, more than ${maxFrameBytes}`)
    // A relay never sends text: one such frame says more than bytes, which may have been damaged.
    this.#foreignFrames += isText ? 3 : 1
    if (isText) throw new Rejection('frame', 'a frame of text')
    const header = openHeader(data)
    this.speaksProtocol = true
    return openBody(data, header)
  }

  #sort(frame: MessageFrame, sizeBytes: number): void {
    const type = eventType(frame.type)
    this.#settings.onEvent(type)
    if (type === 'info') {
      this.#inform(frame)
      return
    }
    const seq = seqOf(frame)
    this.#advance(seq)
    try {
      if (type === 'unknown') throw new Rejection('unknown_type', `the protocol has no event ${frame.type}`)
      this.#accept(readMessage(type, frame.body), sizeBytes)
    } catch (error) {
      this.reject(error, { seq })
      if (seq !== undefined) this.#queue.push({ seq, sizeBytes, settled: true })
    }
  }

  #advance(seq: number | undefined): void {
    if (seq === undefined) return
    if (seq <= (this.seq ?? 0)) {
      this.#staleFrames += 1
      throw new Rejection('cursor', `seq ${seq} arrived after ${this.seq}`)
    }
    this.#staleFrames = 0
    this.seq = seq
  }

  /** A message that has to wait for a key keeps its place meanwhile. */
  #accept(message: Message, sizeBytes: number): void {
    const { seq, timeMs, did } = message
    const event = this.#verifier.verify(message)
    this.timeMs = timeMs
    const slot: Slot = { seq, timeMs, sizeBytes, settled: false, event: undefined }
    this.#queue.push(slot)
    if (!(event instanceof Promise)) {
      this.#settle(slot, event)
      return
    }
    event.then(
      (verified) => this.#settle(slot, verified),
      (error) => {
        if (this.#signal.aborted) return
        this.reject(error, { seq, did })
        this.#queue.settle(slot)
      },
    )
  }

  #settle(slot: Slot, event: RepoEvent): void {
    if (event.kind === 'commit') for (const { op } of event.operations) this.#settings.onOperation(op)
    this.#queue.settle(slot, event)
  }

  #inform({ body }: MessageFrame): void {
    if (body.name !== 'OutdatedCursor') return
    const message = 'the relay no longer keeps all events since the cursor'
    this.reject(new Rejection('cursor', message))
    this.#settings.onGap(message)
  }
}

/** Some relays resend what they have sent before, but not this much. */
const maxStaleFrames = 10_000

function rejection(error: unknown): Pick<Rejection, 'reason' | 'message'> {
  // Nothing that goes wrong in reading a stranger's bytes may end the stream.
  return error instanceof Rejection ? error : { reason: 'decode', message: String(error) }
}

function eventType(type: string): MessageType | 'info' | 'unknown' {
  return types.get(type) ?? 'unknown'
}

const types = new Map([...messageTypes, 'info' as const].map((type) => [`#${type}`, type]))
