import { type Mutate, oddNumber, oddText, type Tools, times } from './mutation.ts'

/** Alters the characters of a file, whatever they mean. */
export const mutateText: Mutate = (text, tools) => tools.random.pick(mutations)(text, tools)

const mutations: readonly Mutate[] = [
  (text, tools) => spliced(text, tools, () => ''),
  (text, tools) => spliced(text, tools, (span) => span.repeat(times(tools, span.length))),
  (text, tools) => spliced(text, tools, (span) => numbered(span, times(tools, span.length))),
  (text, tools) => spliced(text, tools, (span) => span + oddText(tools)),
  (text, tools) => spliced(text, tools, () => pieceOf(tools.other(), tools)),
  (text, { random }) => text.slice(0, random.int(text.length + 1)),
  (text, tools) => lineByLine(text, tools, (line) => numbered(`${line}\n`, times(tools, line.length + 1))),
  (text, tools) => lineByLine(text, tools, (line) => `${line}\n`.repeat(times(tools, line.length + 1))),
  (text, tools) => lineByLine(text, tools, () => ''),
  (text, tools) =>
    lineByLine(text, tools, (line) => `${' '.repeat(tools.random.int(9))}${line.trimStart()}\n`),
  (text, tools) => lineByLine(text, tools, (line) => `${line}${pieceOf(tools.other(), tools)}\n`),
  (text, tools) => inWord(text, tools, () => oddText(tools)),
  (text, tools) => inWord(text, tools, () => String(oddNumber(tools.random))),
  (text, tools) => inWord(text, tools, (word) => `${word.slice(0, 1)}\n${word.slice(1)}`),
  (text, tools) => inWord(text, tools, (word) => word.toUpperCase()),
  (text, { random }) => random.pick(['\ufeff', '\0', '---\n', '# ', '[', '<', '%YAML 9.9\n', '&a ']) + text,
  (text, { random }) =>
    text.replaceAll(random.pick([' ', '\n', '"', ':', ',', '{', '=']), random.pick(signs)),
  bomb,
]

const signs = [
  '',
  '\t',
  '\r\n',
  '\r',
  "'",
  '"',
  ':',
  '\n',
  '{',
  '}',
  '[',
  '*',
  '&',
  '!',
  '|',
  '>',
  '\\',
  '\u00a0',
]

function spliced(text: string, { random }: Tools, change: (span: string) => string): string {
  const from = random.int(text.length + 1)
  const to = Math.min(text.length, from + random.int(random.pick([2, 20, 200, 2000])))
  return text.slice(0, from) + change(text.slice(from, to)) + text.slice(to)
}

function lineByLine(text: string, { random }: Tools, change: (line: string) => string): string {
  const lines = text.split('\n')
  const at = random.int(lines.length)
  return [...lines.slice(0, at), `${change(lines[at] ?? '')}${lines.slice(at + 1).join('\n')}`].join('\n')
}

function inWord(text: string, { random }: Tools, change: (word: string) => string): string {
  const words = Array.from(text.matchAll(/[\w.:$-]+/g))
  if (words.length === 0) return change('')
  const { index, 0: word } = random.pick(words)
  return text.slice(0, index) + change(word) + text.slice(index + word.length)
}

/** The text so many times, with other names in each of them. */
function numbered(text: string, count: number): string {
  return Array.from({ length: count }, (_, at) => text.replace(/[a-z]\w*/, `$&${at}`)).join('')
}

function pieceOf(text: string, { random }: Tools): string {
  const from = random.int(text.length + 1)
  return text.slice(from, from + random.int(500))
}

/** Anchors of YAML each of which names the one before several times, and an alias in the place of a value. */
function bomb(text: string, { random }: Tools): string {
  const [levels, width] = [1 + random.int(20), 1 + random.int(20)]
  const list = Array.from({ length: levels }, (_, at) => {
    const items = Array(width).fill(`*a${at}`).join(', ')
    return `a${at + 1}: &a${at + 1} ${random.next() < 0.5 ? `[${items}]` : `{ a: *a${at}, <<: *a${at} }`}\n`
  })
  const places = Array.from(text.matchAll(/: [^\n]*$/gm))
  const { index, 0: value } = places.length > 0 ? random.pick(places) : { index: 0, 0: '' }
  return `a0: &a0 lol\n${list.join('')}${text.slice(0, index)}: *a${levels}${text.slice(index + value.length)}`
}
