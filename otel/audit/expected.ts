import type { ComponentCatalog } from '../catalog/catalog.ts'
import type { Dashboard } from '../dashboards/dashboard.ts'
import { readDashboard } from '../dashboards/read.ts'
import type { GenerateSettings } from '../generate/settings.ts'
import { InputError } from '../settings-file/input-error.ts'
import type { Rule, RuleFile } from './planes.ts'
import { durationMs } from './rules/duration.ts'

/** What dashboards and rules hold that follow from a catalog and the settings of its user. */
export interface Expected {
  /** Those that are among what was read: by uid, or by title where none has the uid. */
  readonly dashboards: readonly ExpectedDashboard[]
  /** Dashboards of the catalog that are not among what was read. */
  readonly absent: readonly { readonly uid: string; readonly title: string }[]
  /** A file and a group for each component that has rules, called by its name; empty when no rules were read. */
  readonly rules: readonly RuleFile[]
  /** Names of the alerts that the settings switch off. */
  readonly switchedOff: ReadonlySet<string>
  /** Address of the page of runbooks, to which each alert adds its name. */
  readonly runbooks: string
  /** File of the catalog, as findings name it. */
  readonly file: string
  /** What writes it: `tidegauge generate`, with its flags. */
  readonly command: string
}

export interface ExpectedDashboard {
  readonly is: Dashboard
  readonly shouldBe: Dashboard
}

export interface ExpectedOptions {
  readonly catalog: CatalogToExpect
  readonly dashboards: readonly Dashboard[]
  readonly rules: readonly RuleFile[]
}

/** A catalog, and how its user wants dashboards and rules to be. */
export interface CatalogToExpect {
  readonly file: string
  readonly components: readonly ComponentCatalog[]
  /** @default those of the catalog */
  readonly settings?: GenerateSettings
  /** What writes the dashboards and rules, for those who are told to write them anew. @default 'tidegauge generate' */
  readonly command?: string
}

/**
 * Makes from a catalog what the dashboards and rules that were read are compared with; of dashboards only those that
 * are there, for they take time.
 *
 * @throws {InputError} when nothing can be made from the catalog.
 */
export async function expectedFrom({ catalog, dashboards, rules }: ExpectedOptions): Promise<Expected> {
  const { defaultSettings } = await import('../generate/settings.ts')
  const { components, settings = defaultSettings, command = 'tidegauge generate' } = catalog
  try {
    return {
      ...(dashboards.length > 0
        ? await expectedDashboards(components, settings, dashboards)
        : { dashboards: [], absent: [] }),
      rules: rules.length > 0 ? await expectedRules(components, settings) : [],
      switchedOff: new Set(
        Object.entries(settings.alerts).flatMap(([name, { enabled }]) => (enabled === false ? [name] : [])),
      ),
      runbooks: settings.runbooks,
      file: catalog.file,
      command,
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new InputError(`${catalog.file}: dashboards and rules cannot be made from it: ${reason}`, { cause })
  }
}

async function expectedRules(
  components: readonly ComponentCatalog[],
  settings: GenerateSettings,
): Promise<readonly RuleFile[]> {
  const { ruleGroup } = await import('../generate/rules/rules.ts')
  return components.flatMap((component) => {
    const { name, rules } = ruleGroup(component, settings)
    if (rules.length === 0) return []
    const group = { name, intervalMs: undefined, line: 1, rules: rules.map(ruleAsRead) }
    return [{ file: `${name}.yaml`, groups: [group] }]
  })
}

/** A rule as it would be read from the file that it is written to. */
function ruleAsRead(
  rule: ReturnType<typeof import('../generate/rules/rules.ts').ruleGroup>['rules'][number],
): Rule {
  const place = { expr: rule.expr, line: 1, exprLine: 1 }
  if ('record' in rule)
    return {
      kind: 'record',
      name: rule.record,
      ...place,
      forMs: undefined,
      labels: new Map(),
      annotations: new Map(),
    }
  return {
    kind: 'alert',
    name: rule.alert,
    ...place,
    forMs: durationMs(rule.for),
    labels: new Map(Object.entries(rule.labels)),
    annotations: new Map(Object.entries(rule.annotations)),
  }
}

async function expectedDashboards(
  components: readonly ComponentCatalog[],
  settings: GenerateSettings,
  dashboards: readonly Dashboard[],
): Promise<Pick<Expected, 'dashboards' | 'absent'>> {
  const { dashboardPlans } = await import('../generate/dashboards/plan.ts')
  const { dashboardTitle, dashboardUid, serviceOf } = await import('../generate/dashboards/identity.ts')
  const service = serviceOf(settings)
  const plans = dashboardPlans(components).map((plan) => {
    const [uid, title] = [dashboardUid(service, plan.name), dashboardTitle(service, plan.title)]
    const called = dashboards.filter((dashboard) => dashboard.uid === uid)
    const found = called.length > 0 ? called : dashboards.filter((dashboard) => dashboard.title === title)
    return { plan, uid, title, found }
  })
  const absent = plans.filter(({ found }) => found.length === 0).map(({ uid, title }) => ({ uid, title }))
  if (absent.length === plans.length) return { dashboards: [], absent }
  // The builders of Grafana take a third of a second to load: only for those who have something to compare.
  const { dashboardText } = await import('../generate/dashboards/dashboards.ts')
  return {
    absent,
    dashboards: plans.flatMap(({ plan, found }) => {
      if (found.length === 0) return []
      const shouldBe = readDashboard({ file: `${plan.name}.json`, text: dashboardText(plan, settings) })
      return found.map((is) => ({ is, shouldBe }))
    }),
  }
}
