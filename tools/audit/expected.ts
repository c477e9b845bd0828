import type { ComponentCatalog } from '@tidegauge/otel/catalog'
import { UsageError } from '@tidegauge/otel/usage-error'
import type { GenerateSettings } from '../catalog/overrides.ts'
import type { Dashboard } from '../dashboards/dashboard.ts'
import type { RuleFile } from '../rules/rule-file.ts'
import { expectedDashboards } from './expected-dashboards.ts'
import { expectedRules } from './expected-rules.ts'

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
 * @throws {UsageError} when nothing can be made from the catalog.
 */
export async function expectedFrom({ catalog, dashboards, rules }: ExpectedOptions): Promise<Expected> {
  const { defaultSettings } = await import('../catalog/overrides.ts')
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
    throw new UsageError(`${catalog.file}: dashboards and rules cannot be made from it: ${reason}`, { cause })
  }
}
