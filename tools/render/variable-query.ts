import type { DashboardPattern } from '../dashboards/pattern.ts'
import type { Prometheus } from '../server/server.ts'

export interface VariableRange {
  readonly from: Date
  readonly to: Date
}

/**
 * Asks Prometheus for the values that a variable's query gives: `label_values(up, job)`, `metrics(http_.*)`,
 * `query_result(…)`, `label_names()`, or a selector, whose series are the values.
 *
 * @returns them without repetition, in the order of the alphabet.
 * @throws {PrometheusError} when it cannot be asked.
 */
export async function valuesOf(
  query: string,
  { prometheus, range }: { readonly prometheus: Prometheus; readonly range: VariableRange },
): Promise<readonly string[]> {
  const [, name, inner = ''] =
    /^\s*(label_values|label_names|metrics|query_result)\s*\(([\s\S]*)\)\s*$/.exec(query) ?? []
  const labelValues = async (selector: string, label: string) =>
    (await prometheus.series(selector, range)).flatMap((labels) => labels.get(label) ?? [])
  switch (name) {
    case 'label_values': {
      const comma = lastCommaOutside(inner)
      const label = inner.slice(comma + 1).trim()
      const selector = comma < 0 ? `{${label}!=""}` : inner.slice(0, comma).trim()
      return distinct(await labelValues(selector || `{${label}!=""}`, label))
    }
    case 'metrics':
      return distinct(
        await labelValues(`{__name__=~${JSON.stringify(`.*(?:${inner.trim()}).*`)}}`, '__name__'),
      )
    case 'label_names': {
      const series = await prometheus.series(inner.trim() || '{__name__!=""}', range)
      return distinct(series.flatMap((labels) => [...labels.keys()]))
    }
    case 'query_result': {
      const series = await prometheus.query(inner, range.to)
      return distinct(series.map(({ labels, value }) => `${nameOf(labels)} ${value} ${range.to.getTime()}`))
    }
    default:
      return distinct((await prometheus.series(query, range)).map(nameOf))
  }
}

/** Keeps what a pattern finds: its group `value`, else its first group, else the whole. `text` is what people see. */
export function filterValues(
  values: readonly string[],
  pattern: DashboardPattern | undefined,
): readonly { readonly value: string; readonly text: string }[] {
  if (pattern === undefined) return values.map((value) => ({ value, text: value }))
  const found = values.flatMap((text) => {
    const { groups = [], named = {} } = pattern.find(text) ?? {}
    if (groups.length === 0) return []
    const value = named.value ?? named.text ?? groups[1] ?? text
    return [{ value, text: named.text ?? value }]
  })
  return [...new Map(found.map((each) => [each.value, each])).values()]
}

/** Position of the last comma that stands in no brackets and no quotes; -1 when there is none. */
function lastCommaOutside(text: string): number {
  let depth = 0
  let quote = ''
  let found = -1
  for (const [index, character] of [...text].entries()) {
    if (quote !== '') quote = character === quote && text[index - 1] !== '\\' ? '' : quote
    else if (/["'`]/.test(character)) quote = character
    else if (/[({[]/.test(character)) depth += 1
    else if (/[)}\]]/.test(character)) depth -= 1
    else if (character === ',' && depth === 0) found = index
  }
  return found
}

function nameOf(labels: ReadonlyMap<string, string>): string {
  const pairs = [...labels]
    .filter(([key]) => key !== '__name__')
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  return `${labels.get('__name__') ?? ''}{${pairs.join(',')}}`
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort()
}
