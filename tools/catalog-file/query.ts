import type { Query, QueryPart } from '@tidegauge/otel/catalog'
import { parseQuery } from '../promql/parse.ts'
import type { NameFault, Names } from './named.ts'

/**
 * Reads a query as a file has it: names of metrics and recordings of the catalog, and `${critical(NAME)}`, become references
 * to them, so that panels and alerts follow the settings as those do that a module declares.
 */
export function readQuery(text: string, names: Names): Query | NameFault {
  const placed: { readonly from: number; readonly to: number; readonly part: QueryPart }[] = []
  for (const found of text.matchAll(bound)) {
    const [whole, level = '', name = ''] = found
    const named = names.get(name)
    if (named === undefined) return names.unknown(name)
    const part = { thresholdOf: named, level: level as 'critical' | 'warning' }
    if (named.thresholds?.[part.level] === undefined)
      return { problem: `names a threshold that ${name} does not have: ${level}`, mend: () => 'give it one' }
    placed.push({ from: found.index, to: found.index + whole.length, part })
  }
  const readable = text.replaceAll(bound, (whole) => '1'.padEnd(whole.length))
  const { query, problem } = parseQuery(readable, { variables: 'grafana' })
  if (query === undefined)
    return {
      problem: `is not PromQL: ${problem.reason} (at character ${problem.at + 1})`,
      mend: () => asOrder(problem.mend),
    }
  for (const { name } of query.selectors) {
    const found = name && names.ofSeries(name.text)
    if (!found || readable.slice(name.from, name.from + found.name.length) !== found.name) continue
    placed.push({ from: name.from, to: name.from + found.name.length, part: found.named })
  }
  return assembled(text, placed)
}

/** A sentence as the end of one. */
function asOrder(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '')
}

const bound = /\$\{\s*(critical|warning)\(\s*([\w:.]*)\s*\)\s*\}/g

function assembled(
  text: string,
  placed: { readonly from: number; readonly to: number; readonly part: QueryPart }[],
): Query {
  const ordered = placed.toSorted((a, b) => a.from - b.from)
  const ends = [0, ...ordered.map(({ to }) => to)]
  return {
    strings: ends.map((end, index) => text.slice(end, ordered[index]?.from)),
    parts: ordered.map(({ part }) => part),
  }
}
