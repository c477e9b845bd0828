import type { Attributes } from '@opentelemetry/api'
import type { InstrumentationScope } from '@opentelemetry/core'
import { type EscapingScheme, escapeLabelName } from '../naming/escaping.ts'
import { prometheusLabelName, type TranslationStrategy } from '../naming/name.ts'

/** Name and value of a label, both unescaped. */
export type Label = readonly [name: string, value: string]

/** What decides how attributes become labels. */
export interface LabelRules {
  readonly strategy: TranslationStrategy
  readonly escaping: EscapingScheme
  /** Labels that every series of the family carries besides its attributes: scope and resource. */
  readonly constant: readonly Label[]
  /** Names that only the format itself may use, such as `le` on the buckets of a histogram. */
  readonly reserved: readonly string[]
  /** Keys that have been translated under these rules, if that is worth remembering. */
  readonly known?: Map<string, string>
}

/**
 * Turns the attributes of a series into labels: sorted by name, each name once, none of them empty, since
 * Prometheus takes an empty label for an absent one. Keys that come out alike are joined with `;` in the
 * order of the keys. A key that takes the name of a constant or reserved label moves to `exported_…`, as
 * Prometheus itself does with labels of a target that stand in its way.
 */
export function labelsOf(attributes: Attributes, rules: LabelRules): Label[] {
  const labels: [name: string, value: string][] = []
  for (const key of Object.keys(attributes).sort()) {
    const value = attributes[key]
    if (value === undefined || value === null) continue
    const name = labelName(key, rules)
    const earlier = labels.find(([taken]) => taken === name)
    if (earlier) earlier[1] += `;${labelValue(value)}`
    else labels.push([name, labelValue(value)])
  }
  const all: Label[] = labels.filter(([, value]) => value !== '')
  all.push(...rules.constant)
  return all.sort(byName)
}

/** Names of the labels that say which scope recorded a series: its name, its version, the URL of its schema. */
export function scopeLabelNames(escaping: EscapingScheme): string[] {
  const names = ['otel_scope_name', 'otel_scope_version', 'otel_scope_schema_url']
  return names.map((name) => escapeLabelName(name, escaping))
}

/** Says which instrumentation scope recorded a series. What a scope does not tell is left out. */
export function scopeLabels(
  { name, version = '', schemaUrl = '' }: InstrumentationScope,
  escaping: EscapingScheme,
): Label[] {
  const values = [name, version, schemaUrl]
  return scopeLabelNames(escaping)
    .map((label, i): Label => [label, (values[i] as string).toWellFormed()])
    .filter(([, value]) => value !== '')
}

function labelName(key: string, rules: LabelRules): string {
  let name = rules.known?.get(key)
  if (name === undefined) {
    name = translated(key, rules)
    if (rules.known && rules.known.size < mostKnown) rules.known.set(key, name)
  }
  return name
}

/** Keys are few; somebody who makes them up must not fill the memory. */
const mostKnown = 1000

function translated(key: string, { strategy, escaping, constant, reserved }: LabelRules): string {
  let name = escapeLabelName(prometheusLabelName(key, strategy), escaping) || '_'
  while (name === '__name__' || reserved.includes(name) || constant.some(([taken]) => taken === name)) {
    name = `exported_${name}`
  }
  return name
}

/** Strings stay as they are; everything else is written as the attribute specification says, in JSON. */
function labelValue(value: unknown): string {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value !== 'object') return String(value)
  try {
    return JSON.stringify(value).toWellFormed()
  } catch {
    // Circular, or with a bigint inside: no attribute by the specification, but a scrape has to survive it.
    return String(value)
  }
}

function byName([a]: Label, [b]: Label): number {
  return a < b ? -1 : a > b ? 1 : 0
}
