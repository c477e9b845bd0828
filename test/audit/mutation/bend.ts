import type { Expression, Span } from '../../../tools/promql/expression.ts'
import type { ParsedQuery } from '../../../tools/promql/parse.ts'
import { walk } from '../../../tools/promql/walk.ts'
import type { Kind } from './mutant.ts'
import { type QueryPlace, queryPlaces } from './query-places.ts'

/** A part of a text, and what stands there instead. */
export interface Bend extends Span {
  readonly by: string
}

/** A kind that bends each query of the tree in each place that `bends` tells. */
export function queryKind(
  name: string,
  bends: (query: ParsedQuery, place: QueryPlace) => Iterable<Bend>,
  leftOut?: string,
): Kind {
  return {
    name,
    of: 'queries',
    ...(leftOut !== undefined && { leftOut }),
    *mutants(tree) {
      for (const place of queryPlaces(tree)) {
        const { text } = place.query
        for (const bend of bends(place.query, place)) {
          const was = text.slice(bend.from, bend.to)
          const what = `${place.what}: ${shortened(was)} → ${shortened(bend.by) || 'nothing'}`
          yield {
            what,
            get change() {
              return place.put(text.slice(0, bend.from) + bend.by + text.slice(bend.to))
            },
          }
        }
      }
    },
  }
}

/** Every part of a query of one kind. */
export function parts<Of extends Expression['kind']>(
  { expression }: ParsedQuery,
  kind: Of,
): readonly Extract<Expression, { kind: Of }>[] {
  const found: Extract<Expression, { kind: Of }>[] = []
  walk(expression, (each) => {
    if (each.kind === kind) found.push(each as Extract<Expression, { kind: Of }>)
  })
  return found
}

/** A word as a tired person writes it: one letter is missing. */
export function misspelt(word: string): string {
  if (word.length < 3) return word + word.slice(-1)
  const at = Math.floor(word.length / 2)
  return word.slice(0, at) + word.slice(at + 1)
}

/** One thing of a list taken away, with the comma that stood beside it. */
export function withoutListed(text: string, { from, to }: Span): Span {
  const after = /^\s*,\s*/.exec(text.slice(to))?.[0]
  if (after !== undefined) return { from, to: to + after.length }
  const before = /\s*,\s*$/.exec(text.slice(0, from))?.[0] ?? ''
  return { from: from - before.length, to }
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 28)}…${text.slice(-28)}` : text
}
