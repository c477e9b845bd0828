import type { Alert } from '@tidegauge/otel/catalog'
import type { GenerateSettings } from '../../catalog-file/overrides.ts'

/** Where the runbook of an alert is found. */
export function runbookAddress({ alert }: Pick<Alert, 'alert'>, { runbooks }: GenerateSettings): string {
  return `${runbooks}#${alert.toLowerCase()}`
}
