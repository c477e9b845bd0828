import { components as ownComponents } from '../../src/catalog/catalog.ts'
import type { AuditInputs, Check } from '../../tools/audit/check.ts'
import { expectedFrom } from '../../tools/audit/expected.ts'
import type { Finding } from '../../tools/audit/finding.ts'
import { declaredCatalog } from '../../tools/catalog-file/declared-catalog.ts'
import { defaultSettings, type GenerateSettings } from '../../tools/catalog-file/overrides.ts'
import { readDashboard } from '../../tools/dashboards/read.ts'
import { dashboardFiles } from '../../tools/generate/dashboards/dashboards.ts'
import { ruleFiles } from '../../tools/generate/rules/rules.ts'
import { buildInventory } from '../../tools/metrics/build-inventory.ts'
import { isRuleTest, readRules } from '../../tools/rules/read.ts'

/** The generated files by path, to be bent at will. */
export type Files = Map<string, string>

export interface Bent {
  readonly components?: typeof ownComponents
  /** What the catalog declares by now. @default the same components */
  readonly declared?: typeof ownComponents
  /** With which the files were written. @default those of the catalog */
  readonly written?: Partial<GenerateSettings>
  /** With which the audit expects them. @default those of the catalog */
  readonly expected?: Partial<GenerateSettings>
  readonly command?: string
  /** What a person did to the files. */
  readonly bend?: (files: Files) => void
}

/** AuditInputs of a catalog with its generated dashboards and rules, as somebody left them. */
export async function catalogInputs({
  components = ownComponents,
  declared = components,
  written,
  expected,
  command = 'tidegauge generate',
  bend,
}: Bent): Promise<AuditInputs> {
  const isOwn = components === ownComponents && written === undefined
  const files: Files = new Map(isOwn ? ownFiles() : generated(components, { ...defaultSettings, ...written }))
  bend?.(files)
  const catalog = {
    file: 'catalog.ts',
    components: declared,
    settings: { ...defaultSettings, ...expected },
    command,
  }
  const texts = [...files].map(([file, text]) => ({ file, text }))
  const read = {
    catalog: declaredCatalog(catalog),
    source: undefined,
    targets: [],
    dashboards: texts.filter(({ file }) => file.endsWith('.json')).map(dashboardOf),
    rules: texts.filter(({ file, text }) => file.endsWith('.yaml') && !isRuleTest(text)).map(rulesOf),
    prometheus: undefined,
  }
  return { ...read, expected: await expectedFrom({ ...read, catalog }), inventory: buildInventory(read) }
}

type Generated = ReadonlyMap<string, string>

function generated(components: typeof ownComponents, settings: GenerateSettings): Generated {
  return new Map([
    ...Object.entries(dashboardFiles(components, settings)),
    ...Object.entries(ruleFiles(components, settings)),
  ])
}

// A test bends one of a dozen files: the others are made once, and read once.
let own: Generated | undefined
const ownFiles = () => (own ??= generated(ownComponents, defaultSettings))
const dashboardOf = remembering(readDashboard)
const rulesOf = remembering(readRules)

function remembering<Read>(read: (file: TextFile) => Read): (file: TextFile) => Read {
  const known = new Map<string, Read>()
  return ({ file, text }) => {
    const key = `${file}\n${text}`
    const found = known.get(key) ?? read({ file, text })
    known.set(key, found)
    return found
  }
}

interface TextFile {
  readonly file: string
  readonly text: string
}

export async function findingsOf(checks: readonly Check[], inputs: AuditInputs): Promise<readonly Finding[]> {
  const found: Finding[] = []
  for (const check of checks) found.push(...(await check.run(inputs)))
  return found
}

/** Changes one place of a file, which has to be there. */
export function replace(files: Files, path: string, from: string, to: string): void {
  const text = files.get(path)
  if (text === undefined || !text.includes(from)) throw new Error(`${path} has no ${from}`)
  files.set(
    path,
    text.replace(from, () => to),
  )
}
