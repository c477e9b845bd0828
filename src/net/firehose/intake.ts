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
  /** Ends the looking up of keys. */
  readonly signal: AbortSignal
}

/** Takes frames as they arrive, verifies them, and puts them in the queue; a bad one is told and skipped. */
export class Intake {
  readonly #settings: Settings
  readonly #queue: Queue
  readonly #signal: AbortSignal
  readonly #verifier: Verifier
  readonly #told = new Set<RejectReason>()
  #foreign = 0
  /** How many frames in a row came out of sequence. */
  #older = 0

  /** Last seq received, and where to go on after a lost connection; absent while unknown. */
  seq: number | undefined
  /** When the last event received was sent first. */
  timeMs: number | undefined
  /** Messages of the protocol since the connection began. */
  messages = 0
  /** Whether the other side has ever spoken the protocol. */
  spoken = false

  constructor({ settings, queue, signal }: IntakeOptions) {
    this.#settings = settings
    this.#queue = queue
    this.#signal = signal
    this.#verifier = new Verifier(settings, signal)
    this.seq = settings.cursor === 'live' ? undefined : settings.cursor
  }

  /** Whether the other side sends what cannot come from a relay; one bad frame or two may come from anybody. */
  get foreign(): boolean {
    return !this.spoken && this.#foreign >= 3
  }

  /**
   * Whether our place in the sequence seems to be one that the relay never reached. Asked to go on behind it,
   * a relay says so, and the stream starts over.
   */
  get astray(): boolean {
    return this.#older >= mostOlder
  }

  /** A connection begins. */
  begin(): void {
    this.messages = 0
    this.#older = 0
  }

  /** @returns what the relay says before it ends the connection. */
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

  /** The relay knows less than we have seen: it was set back, and all it has is new. */
  startOver(): void {
    const message = 'the relay was set back behind the cursor; starting over from its oldest event'
    this.reject(new Rejection('cursor', message))
    this.seq = 0
    this.#settings.onGap(message)
  }

  /** Counts what is skipped, and tells the first of each kind. */
  reject(error: unknown, frame?: { readonly seq?: number; readonly did?: string }): void {
    const { reason, message } = rejection(error)
    this.#settings.onReject(reason)
    if (this.#told.has(reason)) return
    this.#told.add(reason)
    this.#settings.log.warn('skipped a bad event; further ones of its kind are only counted', {
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
    // A relay never sends text, so a single one tells more than bytes that may have been damaged.
    this.#foreign += isText ? 3 : 1
    if (isText) throw new Rejection('frame', 'a frame of text')
    const header = openHeader(data)
    this.spoken = true
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
      this.#older += 1
      throw new Rejection('cursor', `seq ${seq} arrived after ${this.seq}`)
    }
    this.#older = 0
    this.seq = seq
  }

  /** A message that has to wait for an answer from elsewhere keeps its place meanwhile. */
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

/** Some relays send again what they have sent before, but not so much of it. */
const mostOlder = 10_000

function rejection(error: unknown): Pick<Rejection, 'reason' | 'message'> {
  // Whatever else goes wrong in reading a stranger's bytes must not end the stream either.
  return error instanceof Rejection ? error : { reason: 'decode', message: String(error) }
}

function eventType(type: string): MessageType | 'info' | 'unknown' {
  return types.get(type) ?? 'unknown'
}

const types = new Map([...messageTypes, 'info' as const].map((type) => [`#${type}`, type]))
