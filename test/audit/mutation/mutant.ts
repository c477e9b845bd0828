import type { ComponentCatalog } from '../../../otel/catalog/component.ts'
import type { Declared } from '../../../tools/metrics/declared-metric.ts'

/**
 * A mutant is the clean tree with one thing dropped or bent. Each way of bending is a kind, a module in `kinds/` that
 * exports `kind: Kind` (or `kinds: readonly Kind[]`) and is listed in `kinds.ts`. A kind yields its mutants always in the
 * same order: workers share them by their number, and the sample of `npm test` is drawn by it.
 */
export interface Kind {
  /** As the table calls it: `by label dropped`. */
  readonly name: string
  /** What is bent, for the sections of the table. */
  readonly of: 'queries' | 'rules' | 'dashboards' | 'scrape' | 'catalog' | 'source'
  readonly mutants: (tree: Tree) => Iterable<Mutant>
  /** Which changes are left out because they change nothing that anybody could see, and why; the table says it. */
  readonly leftOut?: string
  /** Why a finding of the level info is all that is due: then it counts as found. */
  readonly note?: string
}

export interface Mutant {
  /** Where, and what was done, for the list of survivors: `overview.json, Lag, A: 0.95 → 95`. */
  readonly what: string
  /** A getter where it costs something to make: a worker asks only those that are its own. */
  readonly change: Change
}

/** One file, as it is after the change; the catalog as a whole. `file` is one of those of the tree, as it is named there. */
export type Change =
  | { readonly input: 'dashboards' | 'rules'; readonly file: string; readonly text: string }
  | { readonly input: 'scrape'; readonly text: string }
  | { readonly input: 'catalog'; readonly components: readonly ComponentCatalog[] }
  /** Read only when its turn comes, however is cheapest. */
  | { readonly input: 'source'; readonly read: () => Declared | Promise<Declared> }

/** What there is to bend. Paths are relative to the root of the repository. */
export interface Tree {
  readonly dashboards: readonly TextFile[]
  readonly rules: readonly TextFile[]
  /** Of a healthy service. */
  readonly scrape: TextFile
  readonly catalog: readonly ComponentCatalog[]
  /** Files and folders whose code the audit reads. */
  readonly source: readonly string[]
}

export interface TextFile {
  readonly file: string
  readonly text: string
}
