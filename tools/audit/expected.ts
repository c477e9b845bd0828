import { UsageError } from '@tidegauge/otel/usage-error'
import type { LoadedCatalog } from '../catalog-file/loaded-catalog.ts'
import type { Dashboard } from '../dashboards/dashboard.ts'
import type { RuleFile } from '../rules/rule-file.ts'
import { type ExpectedDashboards, expectedDashboards } from './expected-dashboards.ts'
import { expectedRules } from './expected-rules.ts'

/** What dashboards and rules hold that follow from a catalog and the settings of its user. */
export interface Expected extends ExpectedDashboards {
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

export interface ExpectedOptions {
  readonly catalog: CatalogToExpect
  readonly dashboards: readonly Dashboard[]
  readonly rules: readonly RuleFile[]
}

/** A catalog, and what makes dashboards and rules of it. */
export interface CatalogToExpect extends LoadedCatalog {
  /** What writes the dashboards and rules, for those who are told to regenerate them. @default 'tidegauge generate' */
  readonly command?: string
}

/**
 * Makes from a catalog what the dashboards and rules that were read are compared with; of dashboards only those that
 * are there, for they take time.
 *
 * @throws {UsageError} when nothing can be made from the catalog.
 */
export async function expectedFrom({ catalog, dashboards, rules }: ExpectedOptions): Promise<Expected> {
  const { defaultSettings } = await import('../catalog-file/overrides.ts')
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
