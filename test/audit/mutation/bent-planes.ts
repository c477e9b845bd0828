import { type Expected, expectedFrom } from '../../../tools/audit/expected.ts'
import type { Planes } from '../../../tools/audit/planes.ts'
import { declaredCatalog } from '../../../tools/catalog/declared-catalog.ts'
import { readDashboard } from '../../../tools/dashboards/read.ts'
import { buildInventory } from '../../../tools/metrics/build-inventory.ts'
import type { Declared } from '../../../tools/metrics/declared-metric.ts'
import { throughViews } from '../../../tools/metrics/through-views.ts'
import { readRules } from '../../../tools/rules/read.ts'
import { parseScrape } from '../../../tools/scrape/parse.ts'
import type { Change, Tree } from './mutant.ts'

/** The planes of a tree with one change, of which only what is changed was read again: all of it takes too long for thousands. */
export interface BentPlanes {
  /** As it is, with its source or without, which takes seconds to read. */
  readonly clean: (options: { readonly withSource: boolean }) => Promise<Planes>
  /** Without what the catalog expects of dashboards and rules. */
  readonly changed: (change: Change) => Promise<Planes>
  /** The same with what it expects, which takes longer to make than all else. */
  readonly compared: (planes: Planes, change: Change) => Promise<Planes>
}

/** @throws {UsageError} or {UsageError} from `changed` where the changed file cannot be read any more. */
export async function readBentPlanes(tree: Tree): Promise<BentPlanes> {
  const clean = complete({
    catalog: declaredCatalog({ file, components: tree.catalog }),
    source: undefined,
    targets: targetsOf(tree, tree.scrape.text),
    dashboards: tree.dashboards.map(readDashboard),
    rules: tree.rules.map(readRules),
    prometheus: undefined,
  })
  const expected = await expectedOf(tree.catalog, clean)
  let source: Promise<Declared> | undefined
  return {
    async clean({ withSource }) {
      source ??= withSource ? readSourceOf(tree) : undefined
      const declared = withSource ? await source : undefined
      return complete({ ...clean, expected, source: declared && throughViews(declared, clean.catalog) })
    },
    async changed(change) {
      switch (change.plane) {
        case 'dashboards':
          return { ...clean, dashboards: replaced(clean.dashboards, readDashboard(change)) }
        case 'rules':
          return complete({ ...clean, rules: replaced(clean.rules, readRules(change)) })
        case 'scrape':
          return complete({ ...clean, targets: targetsOf(tree, change.text) })
        case 'catalog':
          return complete({ ...clean, catalog: declaredCatalog({ file, components: change.components }) })
        case 'source':
          return complete({ ...clean, source: throughViews(await change.read(), clean.catalog) })
      }
    },
    async compared(planes, change) {
      if (change.plane === 'catalog')
        return { ...planes, expected: await expectedOf(change.components, planes) }
      const isFound = planes.dashboards.every(
        ({ uid, title }, at) => uid === clean.dashboards[at]?.uid && title === clean.dashboards[at]?.title,
      )
      if (!isFound) return { ...planes, expected: await expectedOf(tree.catalog, planes) }
      // The catalog is the same, so that it expects the same of whatever stands there now.
      const dashboards = expected.dashboards.map(({ is, shouldBe }) => ({
        is: planes.dashboards[clean.dashboards.indexOf(is)] ?? is,
        shouldBe,
      }))
      return { ...planes, expected: { ...expected, dashboards } }
    },
  }
}

/** What findings about the catalog name. */
const file = 'src/catalog/catalog.ts'

function expectedOf(
  components: Tree['catalog'],
  { dashboards, rules }: Pick<Planes, 'dashboards' | 'rules'>,
): Promise<Expected> {
  return expectedFrom({ catalog: { file, components }, dashboards, rules })
}

async function readSourceOf({ source }: Tree): Promise<Declared> {
  const { readSource } = await import('../../../tools/source/read-source.ts')
  const { declared, problems } = await readSource({ files: source })
  const [problem] = problems
  if (problem) throw new Error(`${problem.file} ${problem.reason}`)
  return declared
}

function targetsOf({ scrape: { file } }: Tree, text: string): Planes['targets'] {
  return [{ url: file, scrapes: [parseScrape(text)] }]
}

function complete(read: Omit<Planes, 'inventory'>): Planes {
  return { ...read, inventory: buildInventory(read) }
}

function replaced<Read extends { readonly file: string }>(all: readonly Read[], by: Read): readonly Read[] {
  return all.map((each) => (each.file === by.file ? by : each))
}
