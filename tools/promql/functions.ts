/** What an expression yields; `unknown` where a variable decides. */
export type ValueType = 'vector' | 'range' | 'scalar' | 'text' | 'unknown'

export interface Signature {
  readonly arguments: readonly ValueType[]
  /** How many of the arguments must be there. */
  readonly atLeast: number
  /** The last one may be repeated. */
  readonly isOpen: boolean
  readonly result: ValueType
}

const types = { v: 'vector', r: 'range', s: 'scalar', t: 'text' } as const

/** The functions of Prometheus by name, experimental ones included. */
export const functions: ReadonlyMap<string, Signature> = new Map(
  // v vector, r range vector, s scalar, t text; after ? optional, ... repeats the last; result vector unless told.
  Object.entries({
    v: 'abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg histogram_count histogram_stddev histogram_stdvar histogram_sum ln log10 log2 rad sgn sin sinh sort sort_desc sqrt start_timestamp tan tanh timestamp',
    r: 'absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta increase irate last_over_time mad_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time stdvar_over_time sum_over_time ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time',
    '?v': 'day_of_month day_of_week day_of_year days_in_month hour minute month year',
    'v?s': 'round',
    'v?v': 'info',
    vs: 'clamp_max clamp_min',
    vss: 'clamp',
    'vt...': 'sort_by_label sort_by_label_desc',
    vtttt: 'label_replace',
    'vtt?t...': 'label_join',
    rs: 'predict_linear',
    rss: 'double_exponential_smoothing',
    sr: 'quantile_over_time',
    sv: 'histogram_quantile',
    ssv: 'histogram_fraction',
    'vts...': 'histogram_quantiles',
    s: 'vector',
    'v>s': 'scalar',
    '>s': 'end pi range start step time',
  }).flatMap(([signature, names]) =>
    names.split(' ').map((name) => [name, readSignature(signature)] as const),
  ),
)

/** What stands before the vector of an aggregation, by its operator in lower case. */
export const aggregations: ReadonlyMap<string, ValueType | undefined> = new Map([
  ...['sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar'].map(
    (name) => [name, undefined] as const,
  ),
  ...['topk', 'bottomk', 'quantile', 'limitk', 'limit_ratio'].map((name) => [name, 'scalar'] as const),
  ['count_values', 'text'],
])

/** Functions of earlier versions, and what they are called now. */
export const renamed: Readonly<Record<string, string>> = { holt_winters: 'double_exponential_smoothing' }

function readSignature(text: string): Signature {
  const [taken = '', result = 'v'] = text.split('>')
  const isOpen = taken.endsWith('...')
  const letters = [...taken.replace('...', '')]
  const optionalFrom = letters.indexOf('?')
  const all = letters.filter((letter): letter is keyof typeof types => letter in types)
  return {
    arguments: all.map((letter) => types[letter]),
    atLeast: optionalFrom === -1 ? all.length : optionalFrom,
    isOpen,
    result: types[result as keyof typeof types],
  }
}
