import { checkCanonical } from '../repo/canonical.ts'
import type { Cid } from '../repo/cid.ts'
import type { Node } from '../repo/node.ts'
import { MissingBlock } from '../repo/rejection.ts'
import { loadPlaced, type Place, rootPlace, subtreePlace } from '../repo/walk.ts'
import type { KeyRanges } from './key-ranges.ts'

export interface TreeWalkOptions {
  /** Where the nodes are; each is what its CID says. */
  readonly blocks: { get(cid: Cid): Buffer | undefined }
  readonly root: Cid
  readonly ranges: KeyRanges
  /** Keys up to this one are passed over. */
  readonly after: string
  /** Called with each subtree before it is read, the whole tree first. @returns whether to pass it over. */
  readonly isKnown: (place: Place) => boolean
  /** Called with each node that is missing. The walk goes on after it. */
  readonly onMissing: (cid: Cid) => void
}

/** Goes through the keys of a tree in their order, and checks that it is one; what holds no wanted key is not read. */
export class TreeWalk {
  readonly #options: TreeWalkOptions
  readonly #blocks: TreeWalkOptions['blocks']
  readonly #path: Step[] = []
  #isEntered = false
  /** The key that `next` has come to, and its value. */
  key = ''
  value: Cid = ''
  /** How many keys were met that are in no range. */
  filtered = 0

  constructor(options: TreeWalkOptions) {
    this.#options = options
    this.#blocks = { get: (cid) => canonical(options.blocks.get(cid)) }
  }

  /**
   * Goes to the next wanted key.
   *
   * @returns whether there is one.
   * @throws {Rejection} where the tree is none.
   */
  next(): boolean {
    if (!this.#isEntered) {
      this.#isEntered = true
      this.#enter(rootPlace(this.#options.root))
    }
    for (let step = this.#path.at(-1); step !== undefined; step = this.#path.at(-1)) {
      const { node, place, at } = step
      if (step.isBelow) {
        step.isBelow = false
        const subtree = subtreePlace(node, place, at)
        if (subtree !== undefined && this.#reaches(subtree)) this.#enter(subtree)
        continue
      }
      const key = node.keys[at]
      if (key === undefined) {
        this.#path.pop()
        continue
      }
      step.at++
      step.isBelow = true
      if (key <= this.#options.after) continue
      if (!this.#options.ranges.has(key)) {
        this.filtered++
        continue
      }
      this.key = key
      this.value = node.values[at] as Cid
      return true
    }
    return false
  }

  #reaches({ after, before }: Place): boolean {
    const { ranges, after: passed } = this.#options
    return (before === undefined || before > passed) && ranges.reach(after, before)
  }

  #enter(place: Place): void {
    if (this.#options.isKnown(place)) return
    try {
      this.#path.push({ node: loadPlaced(this.#blocks, place), place, at: 0, isBelow: true })
    } catch (error) {
      if (!(error instanceof MissingBlock)) throw error
      this.#options.onMissing(place.cid)
    }
  }
}

interface Step {
  readonly node: Node
  readonly place: Place
  /** The key that comes next. */
  at: number
  /** Whether the subtree before that key comes first. */
  isBelow: boolean
}

function canonical(block: Buffer | undefined): Buffer | undefined {
  if (block !== undefined) checkCanonical(block)
  return block
}
