import { grafanaUnit } from '@tidegauge/otel/naming'

/** Grafana's id for the unit of a metric; a number whose unit nothing tells is shortened. */
export function unitId(unit: string | undefined): string {
  return unit === undefined ? 'short' : grafanaUnit(unit)
}
