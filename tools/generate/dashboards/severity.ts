import {
  MappingType,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type { Meaning, Severity, Thresholds } from '@tidegauge/otel/catalog'

/** How states and bounds are coloured, on every dashboard alike. */
export const severityColours: Readonly<Record<Severity, string>> = {
  ok: 'green',
  warning: 'yellow',
  critical: 'red',
}

/** The steps in which Grafana colours values; without bounds there is one step, of the given colour. */
export function thresholdSteps(
  { warning, critical, bad = 'above' }: Thresholds = {},
  neutral = severityColours.ok,
): ThresholdsConfigBuilder {
  const bounds = [
    { value: warning, severity: 'warning' },
    { value: critical, severity: 'critical' },
  ] as const
  const present = bounds.flatMap(({ value, severity }) => (value === undefined ? [] : [{ value, severity }]))
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(bad === 'above' ? upwards(present, neutral) : downwards(present, neutral))
}

/** Words and colours that Grafana shows in place of the values that have a meaning. */
export function valueMappings(meanings: readonly Meaning[]): ValueMapping[] {
  if (meanings.length === 0) return []
  const options = Object.fromEntries(
    meanings.map(({ value, text, severity }, index) => [
      String(value),
      { text, color: severityColours[severity], index },
    ]),
  )
  return [{ type: MappingType.ValueToText, options }]
}

interface Bound {
  readonly value: number
  readonly severity: Severity
}

function upwards(bounds: readonly Bound[], neutral: string): Threshold[] {
  const steps = bounds.toSorted((a, b) => a.value - b.value)
  return [
    { value: null, color: neutral },
    ...steps.map(({ value, severity }) => ({ value, color: severityColours[severity] })),
  ]
}

/** Each bound ends what is worse than it: from it upwards the next better colour begins. */
function downwards(bounds: readonly Bound[], neutral: string): Threshold[] {
  const steps = bounds.toSorted((a, b) => a.value - b.value)
  const colours = [...steps.map(({ severity }) => severityColours[severity]), neutral]
  return colours.map((color, index) => ({ value: steps[index - 1]?.value ?? null, color }))
}
