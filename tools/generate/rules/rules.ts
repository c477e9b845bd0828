import type { Alert, ComponentCatalog, Recording } from '@tidegauge/otel/catalog'
import { stringify } from 'yaml'
import type { GenerateSettings } from '../../catalog-file/overrides.ts'
import { ruleQuery } from './jobs.ts'
import { runbookAddress } from './runbook-address.ts'
import { ruleTests } from './tests.ts'

/**
 * Writes the recording and alerting rules of each component for Prometheus, and beside them their tests for
 * `promtool test rules`.
 *
 * @returns the text of each file by its name: `firehose.yaml`, `tests/firehose.test.yaml`.
 */
export function ruleFiles(
  components: readonly ComponentCatalog[],
  settings: GenerateSettings,
): Readonly<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const component of components) {
    const group = ruleGroup(component, settings)
    if (group.rules.length === 0) continue
    files[`${component.name}.yaml`] = file({ groups: [group] })
    const alerts = enabledAlerts(component, settings)
    if (alerts.length > 0)
      files[`tests/${component.name}.test.yaml`] = file({
        rule_files: [`../${component.name}.yaml`],
        evaluation_interval: '1m',
        tests: alerts.flatMap((alert) => ruleTests(alert, settings)),
      })
  }
  return files
}

/** A rule as Prometheus reads it. */
export type PrometheusRule =
  | { readonly record: string; readonly expr: string }
  | {
      readonly alert: string
      readonly expr: string
      readonly for: string
      readonly labels: Readonly<Record<string, string>>
      readonly annotations: Readonly<Record<'summary' | 'description' | 'runbook_url', string>>
    }

/** The rules of a component, recordings first; none when it has none, or all are switched off. */
export function ruleGroup(
  component: ComponentCatalog,
  settings: GenerateSettings,
): { readonly name: string; readonly rules: readonly PrometheusRule[] } {
  return {
    name: component.name,
    rules: [
      ...inOrder(component.recordings).map((recording) => recordingRule(recording, settings)),
      ...enabledAlerts(component, settings).map((alert) => alertingRule(alert, settings)),
    ],
  }
}

/** The alerts that are not switched off, with what the settings say about them. */
export function enabledAlerts({ alerts }: ComponentCatalog, settings: GenerateSettings): Alert[] {
  return alerts
    .filter(({ alert }) => settings.alerts[alert]?.enabled !== false)
    .map((alert) => {
      const { for: holds = alert.for, severity = alert.severity } = settings.alerts[alert.alert] ?? {}
      return { ...alert, for: holds, severity }
    })
}

/** A group is evaluated from top to bottom: what others build on comes before them, however deep that goes. */
function inOrder(recordings: readonly Recording[]): Recording[] {
  const own = new Set(recordings)
  const begun = new Set<Recording>()
  const ordered = new Set<Recording>()
  // What waits for what it builds on lies below that; the last one is next.
  const open = recordings.toReversed()
  for (let recording = open.at(-1); recording !== undefined; recording = open.at(-1)) {
    if (begun.has(recording)) {
      ordered.add(recording)
      open.pop()
      continue
    }
    begun.add(recording)
    for (const part of recording.query.parts.toReversed())
      if ('record' in part && own.has(part) && !begun.has(part)) open.push(part)
  }
  return [...ordered]
}

function recordingRule({ record, query }: Recording, settings: GenerateSettings): PrometheusRule {
  return { record, expr: ruleQuery(query, settings) }
}

function alertingRule(alert: Alert, settings: GenerateSettings): PrometheusRule {
  const { summary, description } = alert
  return {
    alert: alert.alert,
    expr: ruleQuery(alert.query, settings),
    for: alert.for,
    labels: { severity: alert.severity, ...settings.alerts[alert.alert]?.labels },
    annotations: { summary, description, runbook_url: runbookAddress(alert, settings) },
  }
}

function file(content: unknown): string {
  return `# Generated from the catalog by \`tidegauge generate\`.\n\n${stringify(content, { lineWidth: 0, aliasDuplicateObjects: false })}`
}
