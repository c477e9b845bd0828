import { classicLabelName, classicMetricName } from './escaping.ts'
import type { Family } from './families.ts'
import type { Label } from './labels.ts'

/** Writes a value as every text format reads it back exactly, negative zero included. */
export function textNumber(value: number): string {
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  return Object.is(value, -0) ? '-0' : String(value)
}

/** Writes what stands before the value: name and labels, the name in quotes among them where it needs any. */
export function seriesHead(name: string, labels: readonly Label[]): string {
  const pairs = labels.map(
    ([label, value]) => `${quotedIfNeeded(label, classicLabelName)}="${escapeQuoted(value)}"`,
  )
  if (!classicMetricName.test(name)) return `{${[`"${escapeQuoted(name)}"`, ...pairs].join(',')}} `
  return pairs.length === 0 ? `${name} ` : `${name}{${pairs.join(',')}} `
}

/** Writes the comments before a family. */
export function textComments(family: Family, name: string): string {
  const written = quotedIfNeeded(name, classicMetricName)
  const type = family.type === 'native' ? 'histogram' : family.type
  return `# HELP ${written} ${escapeHelp(family.help || 'No description.')}\n# TYPE ${written} ${type}\n`
}

export function escapeQuoted(text: string): string {
  return /[\\\n"]/.test(text) ? text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"') : text
}

function escapeHelp(text: string): string {
  return text.toWellFormed().replace(/\\/g, '\\\\').replace(/\n/g, '\\n')
}

function quotedIfNeeded(name: string, classic: RegExp): string {
  return classic.test(name) ? name : `"${escapeQuoted(name)}"`
}
