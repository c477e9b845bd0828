import { canonicalText } from '../../../promql/canonical.ts'
import { type Bound, differences } from '../../../promql/difference.ts'
import { parseQuery } from '../../../promql/parse.ts'
import { bothSides } from './catalog-words.ts'

/** How a query of the catalog is asked otherwise. */
export interface QueryFault {
  readonly reason: string
  /** Offset in the text of the query. */
  readonly at: number
  /** Nothing but numbers differ that something is compared with. */
  readonly isBound: boolean
}

/**
 * Says how a query differs in meaning from what the catalog asks; undefined when it does not, or when it is not PromQL,
 * which other checks tell.
 *
 * @param fires what it does where the comparison holds: an alert `fires`, a recording `keeps` what it finds.
 */
export function queryFault(
  is: string,
  shouldBe: string,
  { variables, fires = 'keeps' }: { readonly variables: 'grafana' | 'none'; readonly fires?: string },
): QueryFault | undefined {
  const [here, there] = [parseQuery(is, { variables }).query, parseQuery(shouldBe, { variables }).query]
  if (here === undefined || there === undefined) return undefined
  const found = differences(here.expression, there.expression)
  const [first] = found
  if (first === undefined) return undefined
  const words = found.slice(0, most).map((one) => {
    if (one.bound === undefined) {
      const { here: asked, there: wanted } = bothSides(one.here, one.there, '`')
      return `asks ${asked}, the catalog ${wanted}`
    }
    const { here: own, there: other } = one.bound
    const isSameWay = own.operator === other.operator
    return `${fires} ${boundWords(own)}, the catalog says ${isSameWay ? other.value : boundWords(other)}`
  })
  const more = found.length > most ? `, and differs in ${found.length - most} more places` : ''
  return {
    reason: `It ${words.join('; it ')}${more}.`,
    at: first.at,
    isBound: found.every(({ bound }) => bound !== undefined && bound.here.operator === bound.there.operator),
  }
}

/** The same text for queries that mean the same; undefined for what is not PromQL. */
export function meaning(expr: string, variables: 'grafana' | 'none'): string | undefined {
  const { query } = parseQuery(expr, { variables })
  return query && canonicalText(query.expression)
}

const most = 3

function boundWords({ operator, value }: Bound): string {
  const [sign = '', ...matching] = operator.split(' ')
  return [comparing[sign] ?? sign, String(value), ...matching].join(' ')
}

const comparing: Readonly<Record<string, string>> = {
  '>': 'above',
  '>=': 'from',
  '<': 'below',
  '<=': 'up to',
  '==': 'at',
  '!=': 'at anything but',
}
