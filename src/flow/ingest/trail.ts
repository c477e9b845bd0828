/** Where a walk from cursor to cursor has been, for one that leads back to be noticed. */
export interface Trail {
  /** A cursor that was met before. */
  mark?: string
  /** How many were met since, and after how many the mark moves on. */
  steps: number
  span: number
}

export function newTrail(): Trail {
  return { steps: 0, span: 1 }
}

/**
 * Notes a cursor. Remembers one at a time, each for twice as long as the one before, so that a circle of whatever length
 * is noticed once it was walked three times at most (https://en.wikipedia.org/wiki/Cycle_detection#Brent's_algorithm).
 *
 * @returns whether it leads back to where the walk has been.
 */
export function leadsBack(trail: Trail, cursor: string): boolean {
  if (cursor === trail.mark) return true
  trail.steps += 1
  if (trail.steps >= trail.span) {
    trail.mark = cursor
    trail.steps = 0
    trail.span *= 2
  }
  return false
}
