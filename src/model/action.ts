/** What an observer may have done. */
export const actionKinds = ['webhook', 'log', 'search', 'cache', 'sync', 'custom'] as const

export type ActionKind = (typeof actionKinds)[number]

/** The queue in which actions wait for their turn. */
export const actionsQueue = 'actions'

/** What every action has, whatever else its kind needs. */
export interface Action {
  readonly kind: ActionKind
}

/** How an action ended. One that throws has failed as well. */
export type ActionResult =
  | { readonly success: true }
  | {
      readonly success: false
      /** One line for the log and the dead letter. */
      readonly error: string
      /** Whether it took longer than it may. @default false */
      readonly isTimeout?: boolean
    }
