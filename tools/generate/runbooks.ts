import type { Alert, ComponentCatalog } from '@tidegauge/otel/catalog'
import type { GenerateSettings } from '../catalog-file/overrides.ts'
import { ruleQuery } from './rules/jobs.ts'
import { enabledAlerts } from './rules/rules.ts'

/** Writes the page that alerts link to: what each means, what to look at, what to do. */
export function runbooksPage(components: readonly ComponentCatalog[], settings: GenerateSettings): string {
  const parts = components
    .map((component) => ({ title: component.title, alerts: enabledAlerts(component, settings) }))
    .filter(({ alerts }) => alerts.length > 0)
  const contents = parts.map(
    ({ title, alerts }) =>
      `- ${title}: ${alerts.map(({ alert }) => `[${alert}](#${alert.toLowerCase()})`).join(', ')}`,
  )
  if (parts.length === 0) return `# Runbooks\n\n${nothing}\n`
  const sections = parts.flatMap(({ title, alerts }) => [
    `## ${title}`,
    ...alerts.map((alert) => runbook(alert, settings)),
  ])
  return `${['# Runbooks', introduction, contents.join('\n'), ...sections].join('\n\n')}\n`
}

const introduction = `Generated from the catalog: one section for each alert, which links to it. Bounds, durations and severities are those
of the rules beside the dashboards; \`tidegauge generate --config FILE\` changes them.`

const nothing = `Generated from the catalog, which declares no alerts, or whose alerts are all switched off in the settings of
\`tidegauge generate\`. Each alert that it declares gets a section here, to which it links.`

function runbook(alert: Alert, settings: GenerateSettings): string {
  const { severity, for: holds, runbook: text } = alert
  return [
    `### ${alert.alert}`,
    `${withoutTemplates(alert.summary)} Severity **${severity}**, after ${holds}.`,
    `\`\`\`promql\n${ruleQuery(alert.query, settings)}\n\`\`\``,
    text,
  ].join('\n\n')
}

/** The words without the fields that Prometheus fills in: `{{ $labels.instance }}` is the instance. */
function withoutTemplates(text: string): string {
  const plain = text
    .replaceAll(/\{\{ *\$labels\.(\w+) *\}\}/g, (_, label: string) =>
      label === 'instance' ? 'the service' : `this ${label}`,
    )
    .replaceAll(/\{\{[^}]*\}\}/g, '…')
  return plain.charAt(0).toUpperCase() + plain.slice(1)
}
