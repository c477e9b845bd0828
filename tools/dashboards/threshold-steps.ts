import type { Meaning, Severity, Thresholds } from '@tidegauge/otel/catalog'

/** A step of Grafana's thresholds; the first one has no value and colours what is below all others. */
export interface ThresholdStep {
  readonly value: number | null
  readonly color: string
}

export const severityColors: Readonly<Record<Severity, string>> = {
  ok: 'green',
  warning: 'yellow',
  critical: 'red',
}

/** Colours by thresholds: upwards from green to red, or with `bad: 'below'` from red to green. */
export function thresholdSteps({ warning, critical, bad = 'above' }: Thresholds): readonly ThresholdStep[] {
  const { ok, warning: yellow, critical: red } = severityColors
  if (bad === 'above') {
    return [
      { value: null, color: ok },
      ...(warning === undefined ? [] : [{ value: warning, color: yellow }]),
      ...(critical === undefined ? [] : [{ value: critical, color: red }]),
    ]
  }
  return [
    { value: null, color: critical === undefined ? yellow : red },
    ...(critical === undefined ? [] : [{ value: critical, color: warning === undefined ? ok : yellow }]),
    ...(warning === undefined ? [] : [{ value: warning, color: ok }]),
  ]
}

/** Value mappings by the meanings of single values: 0 is shown as Disconnected, in red. */
export function valueMappings(meanings: readonly Meaning[]): readonly object[] {
  if (meanings.length === 0) return []
  const results = meanings.map(({ value, text, severity }, index) => [
    String(value),
    { text, color: severityColors[severity], index },
  ])
  return [{ type: 'value', options: Object.fromEntries(results) }]
}
