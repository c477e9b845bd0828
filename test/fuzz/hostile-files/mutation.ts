import type { Random } from '../../../src/demo/random.ts'

/** What a mutation has to choose from. */
export interface Tools {
  readonly random: Random
  /** Characters that the whole may come to have. */
  readonly maxLength: number
  /** Another text of any kind. */
  other(): string
}

/** Alters a text in one place. */
export type Mutate = (text: string, tools: Tools) => string

/** A number up to `most`, as often between 1 and 10 as between 10,000 and 100,000. */
export function many(random: Random, most: number): number {
  return Math.max(1, Math.floor(Math.max(1, most) ** random.next()))
}

/** How often a text of this length may be repeated. */
export function times({ random, maxLength }: Tools, length: number): number {
  return many(random, Math.min(100_000, maxLength / Math.max(1, length)))
}

/** What nobody expects where a text, a name, a query or a pattern belongs. */
export function oddText(tools: Tools): string {
  const { random } = tools
  const [open, inside, close] = random.pick(repeated)
  if (random.next() < 0.5) return random.pick(odd)
  const count = times(tools, open.length + close.length)
  return `${open.repeat(count)}${inside}${close.repeat(count)}`
}

export function oddNumber(random: Random): number {
  return random.pick([0, -0, -1, 0.5, 1e-320, 1e9, 2 ** 31, -(2 ** 53), 1e308, Number.MAX_SAFE_INTEGER])
}

const odd = [
  '',
  ' ',
  '\n',
  'a\nb\u2028c',
  '\u0000',
  '\u001b[31m',
  '\ud800',
  '\u202e',
  '__proto__',
  'constructor',
  'toString',
  '-',
  '.',
  '..',
  '*',
  '**/*',
  '/',
  '$',
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: what references look like, in one language or another.
  '${',
  '${a:b',
  '[[',
  '${__value.raw:csv}',
  '${NOT_SET}',
  '$__rate_interval',
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above
  '{{',
  '{{.*}}',
  '/(a+)+$/',
  '(a|a)*b',
  '(?=a)',
  '(?<x>a)\\1',
  '((((a{0,99}){0,99}){0,99}){0,99}){0,99}',
  '[a-',
  '\\',
  'up{a=~"(a+)+$"}',
  'up{a=~"(.*)*.*x"}',
  'sum(rate(x_total[5m])) by (le',
  'histogram_quantile(0.9, sum(rate(x[5m])))',
  'label_values(up{a=~".*(a+)+"}, instance)',
  'now-99999999999y',
  '1e999y',
  '<script>alert(1)</script>',
  '%s%n',
  'NaN',
] as const

const repeated = [
  ['a', '!', ''],
  ['(', 'up', ')'],
  ['[', '', ']'],
  ['{', '', '}'],
  ['{"a":', '1', '}'],
  ['- ', 'a', ''],
  ['-', '1', ''],
  ['sum(', 'up', ')'],
  ['1+', '1', ''],
  ['up or ', 'up', ''],
  ['a|', 'b', ''],
  ['(a*)*', '', ''],
  ['$a', '', ''],
  ['${a:', '', ''],
  ['[[a', '', ''],
  ['{{a', '', ''],
  [' ', 'x', ''],
  ['\n', 'x', ''],
  ['#', ' x', ''],
  ['"', '', ''],
  ['\\', '', ''],
  ['a,', '', ''],
  ['a_', 'b', ''],
  ['*', '', ''],
  ['**/', '', ''],
  ['{a,b}', '', ''],
  ['label_values(', 'up', ')'],
  ['<b>', '', '</b>'],
  ['[a](', 'b', ')'],
  ['ä', '', ''],
  ['0', '', ''],
] as const
