import type { Dashboard } from '../dashboards/dashboard.ts'
import { listAt, textAt, valueAt } from '../dashboards/value-at.ts'

/** What of a whole dashboard is not drawn, in sentences for whoever looks at the page. */
export function leftOutOf({ json, bodyPath, schema, variables }: Dashboard): readonly string[] {
  const body = valueAt(json, ...bodyPath)
  const annotations = schema === 'v2' ? listAt(body, 'annotations') : listAt(body, 'annotations', 'list')
  const names = annotations.flatMap((each) => {
    const of = schema === 'v2' ? valueAt(each, 'spec') : each
    const isOwn = Boolean(valueAt(of, 'builtIn'))
    return isOwn || valueAt(of, 'enable') === false ? [] : [textAt(of, 'name') ?? 'without a name']
  })
  const groupings = variables.filter(({ type }) => type === 'groupby').map(({ name }) => name)
  return [
    ...(names.length > 0 ? [`Annotations are not drawn: ${names.join(', ')}.`] : []),
    ...(groupings.length > 0
      ? [`Queries are not grouped by what is chosen in ${groupings.join(', ')}.`]
      : []),
  ]
}
