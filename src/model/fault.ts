/** What keeps a part of the service from working. */
export interface Fault {
  readonly reason: string
  /** What the operator can do about it, or that it passes by itself. */
  readonly mend: string
  /** Since when, by the steady clock, where the part knows. @default since it was first seen */
  readonly sinceMs?: number | undefined
}

/** Looks at a part now. @returns undefined when it works. */
export type FindFault = () => Fault | undefined | Promise<Fault | undefined>
