import { type ParseResult, parseQuery } from './parse.ts'
import { referencePattern } from './variables.ts'

/** What a Grafana variable asks a Prometheus data source. */
export type VariableQuery =
  | { readonly kind: 'label names' | 'metric names' }
  | {
      readonly kind: 'label values'
      readonly label: string
      readonly isVariable: boolean
      /** The selector whose series are looked at; undefined for all series. */
      readonly of: EmbeddedQuery | undefined
    }
  /** `query_result(…)`, or a plain selector whose series are listed. */
  | { readonly kind: 'query' | 'series'; readonly of: EmbeddedQuery }

/** A query inside of another text. */
export interface EmbeddedQuery {
  readonly result: ParseResult
  /** Where it begins in the text around it; offsets in `result` count from there. */
  readonly at: number
}

/** Reads the query of a variable. Never throws. */
export function parseVariableQuery(text: string): VariableQuery {
  const whole = text.trim()
  const embed = (inner: string) => ({
    result: parseQuery(inner, { variables: 'grafana' }),
    at: Math.max(0, text.indexOf(inner)),
  })
  if (/^label_names\(\s*.*\)$/s.test(whole)) return { kind: 'label names' }
  if (/^metrics\(.*\)$/s.test(whole)) return { kind: 'metric names' }
  const asked = /^query_result\((.+)\)$/s.exec(whole)?.[1]
  if (asked !== undefined) return { kind: 'query', of: embed(asked) }
  const [, selector, label] = labelValues.exec(whole) ?? []
  if (label !== undefined) {
    const of = selector === undefined || selector.trim() === '' ? undefined : embed(selector)
    return { kind: 'label values', label, isVariable: /[$[]/.test(label), of }
  }
  return { kind: 'series', of: embed(text) }
}

const labelValues = new RegExp(
  `^label_values\\((?:([\\s\\S]+),)?\\s*((?:${referencePattern.replaceAll(/\((?!\?)/g, '(?:')}|\\w)+)\\s*\\)$`,
)
