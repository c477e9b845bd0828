import { decodeRuns, decodeTimes, encodeRuns, encodeTimes } from './block.ts'
import type { Row } from './row.ts'
import { runsOf, type SeriesRuns } from './runs.ts'
import type { Segment, TimeRange } from './segments.ts'

/** Rows that are packed together. */
const blockRows = 30

/** The last rows, in memory: the newest as they are, the others packed, by about a byte a number. */
export class Ring {
  readonly #size: number
  readonly #resolutionMs: number
  readonly #blocks: Block[] = []
  #open: Row[] = []
  #packedRows = 0
  #nextRank = 0

  /** @param size how many rows are kept at least; a block more at most. */
  constructor(size: number, resolutionMs: number) {
    this.#size = size
    this.#resolutionMs = resolutionMs
  }

  push(row: Row): void {
    const last = this.#open.at(-1)
    // The times of a block ascend.
    if (this.#open.length >= blockRows || (last !== undefined && row.at <= last.at)) this.#pack()
    this.#open.push(row)
    while (this.#packedRows + this.#open.length - (this.#blocks[0]?.rows ?? 0) >= this.#size) {
      if (this.#blocks.length === 0) break
      this.#packedRows -= this.#blocks.shift()?.rows ?? 0
    }
  }

  /** What it has of some metrics in a range. What is in memory ranks above what was stored. */
  segments(metrics: readonly number[], { after, until }: TimeRange): Segment[] {
    const rank = rankOfMemory + this.#nextRank
    const open = {
      rank,
      resolutionMs: this.#resolutionMs,
      times: Float64Array.from(this.#open, ({ at }) => at),
      all: [...runsOf(this.#open)].flatMap(([metric, all]) => (metrics.includes(metric) ? all : [])),
    }
    const packed = this.#blocks.filter(({ first, last }) => last > after && first <= until)
    return [
      ...packed.map((block) => this.#unpacked(block, metrics)),
      ...(this.#open.length > 0 ? [open] : []),
    ]
  }

  /** Bytes of what is packed. */
  get packedBytes(): number {
    return this.#blocks.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  get rows(): number {
    return this.#packedRows + this.#open.length
  }

  #unpacked({ rank, times, metrics: packed }: Block, metrics: readonly number[]): Segment {
    const all = metrics.flatMap((metric): SeriesRuns[] => {
      const bytes = packed.get(metric)
      return bytes ? decodeRuns(bytes) : []
    })
    return { rank, resolutionMs: this.#resolutionMs, times: decodeTimes(times), all }
  }

  #pack(): void {
    const [first] = this.#open
    const last = this.#open.at(-1)
    if (first === undefined || last === undefined) return
    const times = encodeTimes(Float64Array.from(this.#open, ({ at }) => at))
    const metrics = new Map([...runsOf(this.#open)].map(([metric, all]) => [metric, encodeRuns(all)]))
    const bytes = [...metrics.values()].reduce((sum, { length }) => sum + length, times.length)
    const rank = rankOfMemory + this.#nextRank++
    this.#blocks.push({
      rank,
      first: first.at,
      last: last.at,
      rows: this.#open.length,
      times,
      metrics,
      bytes,
    })
    this.#packedRows += this.#open.length
    this.#open = []
  }
}

interface Block {
  readonly rank: number
  readonly first: number
  readonly last: number
  readonly rows: number
  readonly times: Uint8Array
  readonly metrics: ReadonlyMap<number, Uint8Array>
  readonly bytes: number
}

/** Above every rank of what was stored. */
const rankOfMemory = 2 ** 50
