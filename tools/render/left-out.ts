import type { Dashboard } from '../dashboards/dashboard.ts'
import { panelModel } from '../dashboards/panel-model.ts'
import { readPattern } from '../dashboards/pattern.ts'
import { listAt, textAt, valueAt } from '../dashboards/value-at.ts'

/** What of a whole dashboard is not drawn, in sentences for whoever looks at the page. */
export function leftOutOf(dashboard: Dashboard): readonly string[] {
  const { json, bodyPath, schema, variables } = dashboard
  const body = valueAt(json, ...bodyPath)
  const annotations = schema === 'v2' ? listAt(body, 'annotations') : listAt(body, 'annotations', 'list')
  const names = annotations.flatMap((each) => {
    const of = schema === 'v2' ? valueAt(each, 'spec') : each
    const isOwn = Boolean(valueAt(of, 'builtIn'))
    return isOwn || valueAt(of, 'enable') === false ? [] : [textAt(of, 'name') ?? 'without a name']
  })
  const patterns = unreadPatterns(dashboard)
  const groupings = variables.filter(({ type }) => type === 'groupby').map(({ name }) => name)
  return [
    ...(names.length > 0 ? [`Annotations are not drawn: ${names.join(', ')}.`] : []),
    ...(patterns.length > 0
      ? [
          `Patterns are not applied that look ahead, refer back to a group, or are too long: ${patterns.map((pattern) => pattern.slice(0, 100)).join(', ')}.`,
        ]
      : []),
    ...(groupings.length > 0
      ? [`Queries are not grouped by what is chosen in ${groupings.join(', ')}.`]
      : []),
  ]
}

/** Patterns of mappings and overrides that another engine than that of a browser cannot apply. */
function unreadPatterns(dashboard: Dashboard): readonly string[] {
  const patterns = dashboard.panels.flatMap((panel) => {
    const { mappings, overrides } = panelModel(dashboard, panel)
    const properties = overrides.flatMap((override) => listAt(override, 'properties'))
    const ofProperties = properties.flatMap((property) => listAt(property, 'value'))
    return [
      ...overrides
        .filter((override) => valueAt(override, 'matcher', 'id') === 'byRegexp')
        .map((override) => textAt(override, 'matcher', 'options')),
      ...[...mappings, ...ofProperties]
        .filter((mapping) => valueAt(mapping, 'type') === 'regex')
        .map((mapping) => textAt(mapping, 'options', 'pattern')),
    ]
  })
  return [...new Set(patterns)]
    .filter((text) => text !== undefined)
    .filter((text) => readPattern(text) === 'unread')
}
