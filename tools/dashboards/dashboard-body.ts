import type { Dashboard, DashboardPanel } from './dashboard.ts'
import type { Field } from './fields.ts'

/** What the readers of both schemas find; the rest is the same for both. */
export type DashboardContent = Omit<Dashboard, 'file' | 'schema' | 'json' | 'bodyPath'>

/** What they read. */
export interface DashboardBody {
  /** The object that holds title and panels. */
  readonly body: Field
  /** Name of the resource around it, which is the dashboard's uid there. */
  readonly name: string | undefined
  readonly lineAt: (of: Field) => number
  readonly known: KnownPanels | undefined
}

/** Panels that have been read, by the objects that they were read from. */
export type KnownPanels = WeakMap<object, DashboardPanel>
