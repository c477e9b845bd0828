import { maskSecrets } from '../mask.ts'
import { oneLine } from '../one-line.ts'

export interface Transition {
  readonly from: string
  readonly to: string
  /** Ms since 1970. */
  readonly at: number
  readonly reason: string
}

export interface RecordedError {
  /** Ms since 1970. */
  readonly at: number
  readonly type: string
  readonly message: string
  /** What it was about, such as a peer or a collection. */
  readonly attributes?: Readonly<Record<string, string>>
}

/** What is known of something that has states. */
export interface StateHistory {
  readonly state: string
  /** When that was entered, in ms since 1970. */
  readonly since: number
  /** The last 100, the newest last. */
  readonly transitions: readonly Transition[]
  /** How many there were from one state to another, since ever. */
  readonly counts: readonly { readonly from: string; readonly to: string; readonly count: number }[]
  /** How long each state was held until it was left, in ms, since ever. */
  readonly heldMs: Readonly<Record<string, number>>
}

/** Transitions and errors that are kept of each subject. */
const mostKept = 100
/** Subjects, pairs and states beyond this many are not told apart: what names them may come from outside. */
const mostNames = 1000
const longestText = 1000

/** What numbers cannot say: the transitions of things that have states, and the last errors. */
export class Journal {
  readonly #states = new Map<string, Kept>()
  #errors: RecordedError[] = []
  #isChanged = false

  /** @param subject what has the state, such as `sync`. */
  transition(subject: string, { from, to, at, reason }: Transition): void {
    const known = this.#states.get(subject)
    if (known === undefined && this.#states.size >= mostNames) return
    const kept = known ?? { state: from, since: at, transitions: [], counts: [], heldMs: {} }
    const line = { from: short(from), to: short(to), at, reason: short(reason) }
    const heldMs = known === undefined ? 0 : Math.max(0, at - kept.since)
    if (line.from in kept.heldMs || Object.keys(kept.heldMs).length < mostNames)
      kept.heldMs[line.from] = (kept.heldMs[line.from] ?? 0) + heldMs
    const pair = kept.counts.find((one) => one.from === line.from && one.to === line.to)
    if (pair !== undefined) pair.count++
    else if (kept.counts.length < mostNames) kept.counts.push({ from: line.from, to: line.to, count: 1 })
    kept.state = line.to
    kept.since = at
    kept.transitions = [...kept.transitions, line].slice(-mostKept)
    this.#states.set(subject, kept)
    this.#isChanged = true
  }

  error({ at, type, message, attributes }: RecordedError): void {
    const line = { at, type: short(type), message: short(message), ...(attributes && { attributes }) }
    this.#errors = [...this.#errors, line].slice(-mostKept)
    this.#isChanged = true
  }

  /** Undefined for what has never made a transition. */
  stateOf(subject: string): StateHistory | undefined {
    return this.#states.get(subject)
  }

  get subjects(): readonly string[] {
    return [...this.#states.keys()]
  }

  /** The last 100, the newest last. */
  get errors(): readonly RecordedError[] {
    return this.#errors
  }

  /** All of it as text, where it has changed since the last time. */
  changes(): string | undefined {
    return this.#isChanged ? JSON.stringify({ states: [...this.#states], errors: this.#errors }) : undefined
  }

  saved(): void {
    this.#isChanged = false
  }

  load(text: string): void {
    const { states, errors } = JSON.parse(text) as { states: [string, Kept][]; errors: RecordedError[] }
    for (const [subject, kept] of states) this.#states.set(subject, kept)
    this.#errors = errors
  }
}

interface Kept extends StateHistory {
  state: string
  since: number
  transitions: readonly Transition[]
  readonly counts: { from: string; to: string; count: number }[]
  readonly heldMs: Record<string, number>
}

function short(text: string): string {
  return oneLine(maskSecrets(text)).slice(0, longestText)
}
