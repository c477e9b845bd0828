import type { Lane } from './lane.ts'

/** Lanes by their `wakeMs`, which is not changed in here: the one that is first is found at once, however many there are. */
export class LaneHeap {
  readonly #lanes: Lane[] = []
  readonly #places = new Map<Lane, number>()

  get first(): Lane | undefined {
    return this.#lanes[0]
  }

  /** Takes in a lane that is not there. */
  put(lane: Lane): void {
    this.#rise(lane, this.#lanes.length)
  }

  delete(lane: Lane): void {
    const at = this.#places.get(lane)
    const last = this.#lanes.at(-1)
    if (at === undefined || last === undefined) return
    this.#lanes.pop()
    this.#places.delete(lane)
    if (last === lane) return
    this.#sink(last, at)
    this.#rise(last, this.#places.get(last) as number)
  }

  /** When the first lane wakes that is not left out; Infinity when there is none. Those after one that counts are not looked at. */
  wakeMs(isLeftOut: (lane: Lane) => boolean): number {
    let next = Number.POSITIVE_INFINITY
    const open = [0]
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const lane = this.#lanes[at]
      if (lane === undefined || lane.wakeMs >= next) continue
      if (isLeftOut(lane)) open.push(2 * at + 1, 2 * at + 2)
      else next = lane.wakeMs
    }
    return next
  }

  #rise(lane: Lane, from: number): void {
    let at = from
    while (at > 0) {
      const above = this.#lanes[(at - 1) >> 1] as Lane
      if (above.wakeMs <= lane.wakeMs) break
      this.#set(at, above)
      at = (at - 1) >> 1
    }
    this.#set(at, lane)
  }

  #sink(lane: Lane, from: number): void {
    let at = from
    for (;;) {
      const [left, right] = [this.#lanes[2 * at + 1], this.#lanes[2 * at + 2]]
      const isRight = right !== undefined && left !== undefined && right.wakeMs < left.wakeMs
      const below = isRight ? right : left
      if (below === undefined || below.wakeMs >= lane.wakeMs) break
      this.#set(at, below)
      at = 2 * at + (isRight ? 2 : 1)
    }
    this.#set(at, lane)
  }

  #set(at: number, lane: Lane): void {
    this.#lanes[at] = lane
    this.#places.set(lane, at)
  }
}
