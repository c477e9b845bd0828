import type { AuditInputs } from '../../../tools/audit/check.ts'
import { type Expected, expectedFrom } from '../../../tools/audit/expected.ts'
import { declaredCatalog } from '../../../tools/catalog-file/declared-catalog.ts'
import { readDashboard } from '../../../tools/dashboards/read.ts'
import { buildInventory } from '../../../tools/metrics/build-inventory.ts'
import type { Declared } from '../../../tools/metrics/declared-metric.ts'
import { throughViews } from '../../../tools/metrics/through-views.ts'
import { readRules } from '../../../tools/rules/read.ts'
import { parseScrape } from '../../../tools/scrape/parse.ts'
import type { Change, Tree } from './mutant.ts'
import { sourceFiles } from './source-files.ts'

/** The inputs of a tree with one change, of which only what is changed was read again: all of it takes too long for thousands. */
export interface BentInputs {
  /** As it is, with its source or without, which takes seconds to read. */
  readonly clean: (options: { readonly withSource: boolean }) => Promise<AuditInputs>
  /** Without what the catalog expects of dashboards and rules. */
  readonly changed: (change: Change) => Promise<AuditInputs>
  /** The same with what it expects, which takes longer to make than all else. */
  readonly compared: (inputs: AuditInputs, change: Change) => Promise<AuditInputs>
}

/** @throws {UsageError} or {UsageError} from `changed` where the changed file cannot be read any more. */
export async function readBentInputs(tree: Tree): Promise<BentInputs> {
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
      switch (change.input) {
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
    async compared(inputs, change) {
      if (change.input === 'catalog')
        return { ...inputs, expected: await expectedOf(change.components, inputs) }
      const isFound = inputs.dashboards.every(
        ({ uid, title }, at) => uid === clean.dashboards[at]?.uid && title === clean.dashboards[at]?.title,
      )
      if (!isFound) return { ...inputs, expected: await expectedOf(tree.catalog, inputs) }
      // The catalog is the same, so that it expects the same of whatever stands there now.
      const dashboards = expected.dashboards.map(({ is, shouldBe }) => ({
        is: inputs.dashboards[clean.dashboards.indexOf(is)] ?? is,
        shouldBe,
      }))
      return { ...inputs, expected: { ...expected, dashboards } }
    },
  }
}

/** What findings about the catalog name. */
const file = 'src/catalog/catalog.ts'

function expectedOf(
  components: Tree['catalog'],
  { dashboards, rules }: Pick<AuditInputs, 'dashboards' | 'rules'>,
): Promise<Expected> {
  return expectedFrom({ catalog: { file, components }, dashboards, rules })
}

async function readSourceOf(tree: Tree): Promise<Declared> {
  const { readSource } = await import('../../../tools/source/read-source.ts')
  const files = (await sourceFiles(tree)).map(({ path }) => path)
  const { declared, problems } = await readSource({ files })
  const [problem] = problems
  if (problem) throw new Error(`${problem.file} ${problem.reason}`)
  return declared
}

function targetsOf({ scrape: { file } }: Tree, text: string): AuditInputs['targets'] {
  return [{ url: file, scrapes: [parseScrape(text)] }]
}

function complete(read: Omit<AuditInputs, 'inventory'>): AuditInputs {
  return { ...read, inventory: buildInventory(read) }
}

function replaced<Read extends { readonly file: string }>(all: readonly Read[], by: Read): readonly Read[] {
  return all.map((each) => (each.file === by.file ? by : each))
}
