import type { RepoEvent } from '../../model/event.ts'
import { Rejection } from '../repo/rejection.ts'
import { type ErrorFrame, type Frame, type MessageFrame, openBody, openHeader } from './frame.ts'
import type { GapKind } from './gap.ts'
import type { Arrival } from './lag.ts'
import { type Message, type MessageType, messageTypes, readMessage, seqOf, timeOf } from './message.ts'
import type { Settings } from './options.ts'
import type { Queue, Slot } from './queue.ts'
import { changesRecords, refusedEvent } from './refused.ts'
import type { RejectReason } from './rejection.ts'
import { Sequence } from './sequence.ts'
import { Verifier } from './verifier.ts'

export interface IntakeOptions {
  readonly settings: Settings
  readonly queue: Queue
  /** Ends look-ups of keys. */
  readonly signal: AbortSignal
}

/**
 * Takes frames as they arrive, verifies them, and puts them in the queue. A bad one is reported, and leaves a rejected
 * event in its place where it says of which repo it is.
 */
export class Intake {
  readonly #settings: Settings
  readonly #queue: Queue
  readonly #signal: AbortSignal
  readonly #verifier: Verifier
  readonly #sequence: Sequence
  readonly #reported = new Set<RejectReason>()
  #foreignFrames = 0
  /** What was skipped before the other side first spoke the protocol: only if it does were there events. */
  #earlyHoles = 0
  /** The last place in the sequence after which the relay said that events are missing. */
  #outdatedSeq: number | undefined

  /** When the last event received was first sent. */
  timeMs: number | undefined
  /** How the last event received got here. */
  last: Arrival | undefined
  /** All that was sent before this time is known to be read, by `elapsed`. */
  readUpToMs: number | undefined
  /** Messages of the protocol since the connection was opened. */
  messages = 0
  /** Whether the other side has ever spoken the protocol. */
  speaksProtocol = false

  constructor({ settings, queue, signal }: IntakeOptions) {
    const { cursor, cursorTimeMs, latest: now } = settings
    this.#settings = settings
    this.#queue = queue
    this.#signal = signal
    this.#verifier = new Verifier({ settings, signal, mayWait: () => queue.fill <= 0.5 })
    const seq = cursor === 'live' ? undefined : cursor
    this.#sequence = new Sequence({ seq, timeMs: cursorTimeMs, now })
  }

  /** The last seq received, from which to resume after a lost connection; absent while unknown. */
  get seq(): number | undefined {
    return this.#sequence.seq
  }

  /** Whether the other side sends what no relay sends; a bad frame or two may come from any. */
  get isForeign(): boolean {
    return !this.speaksProtocol && this.#foreignFrames >= 3
  }

  /** Whether what the relay sends does not continue our place in its stream: it has to be asked again. */
  get outOfSequence(): boolean {
    return this.#sequence.isOut
  }

  /** Whether the relay has begun another sequence than ours, without saying so. */
  get hasRestarted(): boolean {
    return this.#sequence.hasRestarted
  }

  /** To be called before each attempt to connect. */
  begin(): void {
    this.messages = 0
    this.#sequence.begin()
  }

  /** @returns the error that a relay sends before it closes the connection. */
  receive(data: Buffer, isText: boolean): ErrorFrame | undefined {
    this.#settings.onReceive(data.length)
    let frame: Frame
    try {
      frame = this.#open(data, isText)
    } catch (error) {
      this.reject(error)
      this.reportHole()
      return undefined
    }
    if (frame.kind === 'error') return frame
    this.messages += 1
    this.#sort(frame, data)
    return undefined
  }

  /** Our place is not in the relay's sequence: it has begun another one, and all that it has is new. */
  startOver(): void {
    this.#reportGap('the relay was reset; starting over from its oldest event')
    this.#sequence.startOver()
    this.#pushGap('reset')
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

  /** Reports that an event of an unknown repo was skipped. */
  reportHole(): void {
    if (this.speaksProtocol) this.#settings.onHole()
    else this.#earlyHoles += 1
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
    for (; this.#earlyHoles > 0; this.#earlyHoles--) this.#settings.onHole()
    return openBody(data, header)
  }

  #sort(frame: MessageFrame, data: Buffer): void {
    const type = eventType(frame.type)
    this.#settings.onEvent(type)
    if (type === 'info') {
      this.#inform(frame)
      return
    }
    const seq = seqOf(frame)
    if (seq !== undefined && !this.#advance(seq, frame)) return
    try {
      if (type === 'unknown') throw new Rejection('unknown_type', `the protocol has no event ${frame.type}`)
      this.#accept(readMessage(type, frame.body), frame, data)
    } catch (error) {
      this.#push({ seq, timeMs: timeOf(frame), sizeBytes: data.length, ...this.#refuse(frame, error) })
    }
  }

  #advance(seq: number, frame: MessageFrame): boolean {
    const before = this.seq
    const place = this.#sequence.place(seq, () => timeOf(frame))
    if (place === 'stale') this.reject(new Rejection('cursor', `seq ${seq} arrived after ${before}`))
    return place === 'next'
  }

  /** A message that has to wait for a key keeps its place meanwhile. */
  #accept(message: Message, frame: MessageFrame, data: Buffer): void {
    const { seq, timeMs } = message
    const event = this.#verifier.verify(message, data)
    this.#note(timeMs)
    const slot: Slot = { seq, timeMs, sizeBytes: data.length, settled: false, event: undefined }
    this.#queue.push(slot)
    if (!(event instanceof Promise)) {
      this.#settle(slot, event)
      return
    }
    event.then(
      (verified) => this.#settle(slot, verified),
      (error) => {
        if (!this.#signal.aborted) this.#queue.settle(slot, this.#refuse(frame, error).event)
      },
    )
  }

  #note(timeMs: number): void {
    this.timeMs = timeMs
    const { now, elapsed } = this.#settings
    const [delayMs, atMs] = [now() - timeMs, elapsed()]
    this.last = { delayMs, atMs }
    // Events come in order: where none waits, all before this one are read.
    if (this.#queue.length === 0) this.readUpToMs = atMs - Math.max(0, delayMs)
    this.#sequence.note(timeMs)
  }

  #settle(slot: Slot, event: RepoEvent): void {
    if (event.kind === 'commit') for (const { op } of event.operations) this.#settings.onOperation(op)
    this.#queue.settle(slot, event)
  }

  /** Reports what is refused. @returns what its repo is told, where that is known. */
  #refuse(frame: MessageFrame, error: unknown): { readonly event?: RepoEvent } {
    const seq = seqOf(frame) ?? this.seq
    const event =
      seq !== undefined && changesRecords(frame)
        ? refusedEvent({ frame, seq, timeMs: timeOf(frame) ?? this.#settings.now(), error })
        : undefined
    this.reject(error, { seq, did: event?.did })
    if (event) return { event }
    if (changesRecords(frame)) this.reportHole()
    return {}
  }

  /** What was refused leaves at the place that has been reached, even if it does not name its own. */
  #push({ seq = this.seq, ...slot }: Omit<Slot, 'settled'>): void {
    if (seq !== undefined) this.#queue.push({ ...slot, seq, settled: true })
  }

  #inform({ body }: MessageFrame): void {
    const { seq } = this
    // All that a relay has is what a first start asks for, however old the rest may be.
    if (body.name !== 'OutdatedCursor' || !seq || seq === this.#outdatedSeq) return
    this.#outdatedSeq = seq
    this.#reportGap('the relay no longer keeps all events since the cursor')
    this.#pushGap('outdated')
  }

  #reportGap(message: string): void {
    this.#settings.onReject('cursor')
    this.#settings.log.warn(message, { relay: this.#settings.relay.href, cursor: this.seq })
  }

  /** The gap has its place in the queue: events from before it must not pass for later ones. */
  #pushGap(gap: GapKind): void {
    this.#queue.push({ seq: this.seq ?? 0, sizeBytes: 0, settled: true, gap })
  }
}

function rejection(error: unknown): Pick<Rejection, 'reason' | 'message'> {
  // Nothing that goes wrong in reading a stranger's bytes may end the stream.
  return error instanceof Rejection ? error : { reason: 'decode', message: String(error) }
}

function eventType(type: string): MessageType | 'info' | 'unknown' {
  return types.get(type) ?? 'unknown'
}

const types = new Map([...messageTypes, 'info' as const].map((type) => [`#${type}`, type]))
