import { parser } from '@prometheus-io/lezer-promql'

/**
 * Adds matchers to every selector of a query: `rate(a[5m])` and `job=~"$job"` make `rate(a{job=~"$job"}[5m])`.
 * Variables of Grafana may stand where durations do.
 *
 * @throws {Error} when the text is not PromQL, saying where it ceases to be.
 */
export function withMatchers(query: string, matchers: string): string {
  let result = query
  for (const { at, text } of insertions(query, matchers).toReversed())
    result = result.slice(0, at) + text + result.slice(at)
  return result
}

function insertions(query: string, matchers: string): { at: number; text: string }[] {
  const readable = query.replace(/\$\w+|\$\{\w+\}/g, ({ length }) => `${'1'.repeat(length - 1)}s`)
  const places: { at: number; text: string }[] = []
  parser.parse(readable).iterate({
    enter({ name, type, from, node }) {
      if (type.isError)
        throw new Error(`this is not PromQL from character ${from + 1} on (${query.slice(from)}): ${query}`)
      if (name !== 'VectorSelector') return
      const braces = node.getChild('LabelMatchers')
      if (braces === null) places.push({ at: node.to, text: `{${matchers}}` })
      else places.push({ at: braces.from + 1, text: braces.firstChild ? `${matchers}, ` : matchers })
    },
  })
  return places
}
