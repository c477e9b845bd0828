export type Labels = ReadonlyMap<string, string>

export interface NameOptions {
  readonly labels: Labels
  /** As the target says: a template, `__auto`, or nothing. */
  readonly legend: string | undefined
  readonly expr: string
  /** All series of the same target. */
  readonly siblings: readonly Labels[]
}

/** What a legend calls a series: the target's template filled, or, left to Grafana, what tells it from its siblings. */
export function seriesName({ labels, legend, expr, siblings }: NameOptions): string {
  if (legend !== undefined && legend !== '__auto') return fillLegend(legend, labels)
  const own = withoutName(labels)
  if (own.length === 0) return labels.get('__name__') ?? expr
  const differing = own.filter(([key, value]) => siblings.some((other) => other.get(key) !== value))
  if (legend === '__auto' && differing.length === 1) return differing[0]?.[1] ?? ''
  const isDistinguished = legend === '__auto' && siblings.length > 1
  const shown = isDistinguished && differing.length > 0 ? differing : own
  const set = `{${shown.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(', ')}}`
  return isDistinguished ? set : `${labels.get('__name__') ?? ''}${set}`
}

/** Fills `{{label}}`; a label that is not there leaves nothing, as in Grafana. */
export function fillLegend(template: string, labels: Labels): string {
  return template.replaceAll(/\{\{([^{}]+)\}\}/g, (_, label: string) => labels.get(label.trim()) ?? '')
}

/** Fills the display name of a field: `${__field.labels.job}`, `${__series.name}`. */
export function fillDisplayName(
  template: string,
  { name, labels }: { readonly name: string; readonly labels: Labels },
): string {
  return template
    .replaceAll(/\$\{__(?:field|series)\.(?:name|displayName)\}/g, () => name)
    .replaceAll(/\$\{__field\.labels\.([^{}]+)\}/g, (_, label: string) => labels.get(label) ?? '')
    .replaceAll(/\$\{__field\.labels\}/g, () =>
      withoutName(labels)
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(', '),
    )
}

function withoutName(labels: Labels): readonly (readonly [string, string])[] {
  return [...labels].filter(([key]) => key !== '__name__')
}
