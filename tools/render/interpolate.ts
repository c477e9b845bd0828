import { referencePattern } from '../promql/variables.ts'

/** A variable with what it stands for now. */
export interface FilledVariable {
  readonly name: string
  /** The values that are selected; with All every value there is, or the one that stands for all. */
  readonly values: readonly string[]
  /** As people read it: `All`, `a + b`. */
  readonly text: string
  readonly isMulti: boolean
  /** The value is a pattern already and is put in as it stands. */
  readonly isPattern: boolean
}

/** By name. */
export type FilledVariables = ReadonlyMap<string, FilledVariable>

/** Puts the values of variables into a query, as Grafana does for Prometheus. What is not known stays as it stands. */
export function fillQuery(query: string, variables: FilledVariables): string {
  return fill(query, variables, (variable, format) =>
    format === undefined ? promqlValue(variable) : formatValue(variable, format),
  )
}

/** Puts the values of variables into a title, for people. */
export function fillText(text: string, variables: FilledVariables): string {
  return fill(text, variables, (variable, format) =>
    format === undefined || format === 'text' ? variable.text : formatValue(variable, format),
  )
}

function fill(
  text: string,
  variables: FilledVariables,
  write: (variable: FilledVariable, format: string | undefined) => string,
): string {
  return text.replaceAll(reference, (whole, ...groups: (string | undefined)[]) => {
    const variable = variables.get(groups[0] ?? groups[1] ?? groups[2] ?? '')
    const format = /:([^:}\]]*)(?::[^}\]]*)?[}\]]+$/.exec(whole)?.[1]
    return variable === undefined ? whole : write(variable, format)
  })
}

function promqlValue({ values, isMulti, isPattern }: FilledVariable): string {
  const [first = ''] = values
  if (isPattern) return first
  if (!isMulti) return first.replaceAll('\\', '\\\\\\\\').replaceAll("'", "\\\\'")
  return values.length === 1 ? escapePattern(first) : `(${values.map(escapePattern).join('|')})`
}

/** Escapes a value that stands in a pattern within quotes: the quotes take one backslash, the pattern the other. */
function escapePattern(value: string): string {
  return value.replaceAll('\\', '\\\\\\\\').replaceAll(/[$^*{}[\]'+?.()|]/g, '\\\\$&')
}

function formatValue({ values, text, isPattern }: FilledVariable, format: string): string {
  const [first = ''] = values
  switch (format) {
    case 'raw':
    case 'csv':
      return values.join(',')
    case 'text':
      return text
    case 'pipe':
      return values.join('|')
    case 'glob':
      return values.length > 1 ? `{${values.join(',')}}` : first
    case 'json':
      return JSON.stringify(values.length === 1 ? first : values)
    case 'doublequote':
      return values.map((value) => `"${value.replaceAll('"', '\\"')}"`).join(',')
    case 'singlequote':
      return values.map((value) => `'${value.replaceAll("'", "\\'")}'`).join(',')
    case 'percentencode':
      return encodeURIComponent(values.length > 1 ? `{${values.join(',')}}` : first)
    case 'queryparam':
      return ''
    default: {
      if (isPattern) return first
      const escaped = values.map((value) => value.replaceAll(/[\\^$*+?.()|[\]{}/]/g, '\\$&'))
      return escaped.length === 1 ? (escaped[0] ?? '') : `(${escaped.join('|')})`
    }
  }
}

const reference = new RegExp(referencePattern, 'g')
