import type { Dashboard } from './dashboard.ts'
import type { Field } from './fields.ts'
import { parseJsonText } from './json-text.ts'
import { valueAt } from './value-at.ts'

/** The layout of a v2 dashboard as a field, to walk it as the reader does. */
export function layoutOf({ json, bodyPath, file }: Dashboard): Field {
  const layout = valueAt(json, ...bodyPath, 'layout')
  return {
    node: parseJsonText({ file, text: JSON.stringify(layout ?? null) }).root,
    path: [...bodyPath, 'layout'],
  }
}
