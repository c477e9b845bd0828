import { createRandom, type Random } from '../../../src/demo/random.ts'
import type { Corpus, Kind } from './corpus.ts'
import { mutateText } from './mutate-text.ts'
import { mutateTree } from './mutate-tree.ts'
import type { Tools } from './mutation.ts'

/** A command with the files that it is given, some of which nobody in his right mind has written. */
export interface HostileCase {
  /** `PROMETHEUS` stands for the address of the server that gives the answers of `answers.json`. */
  readonly args: readonly string[]
  readonly files: ReadonlyMap<string, Buffer>
  /** `OTEL_CONFIG_FILE` */
  readonly configuration: string | undefined
}

export interface CaseOptions {
  readonly corpus: Corpus
  readonly seed: string
  readonly round: number
  /** Characters of a file, more or less. */
  readonly maxLength: number
}

/** The same for the same options. */
export function hostileCase({ corpus, seed, round, maxLength }: CaseOptions): HostileCase {
  const random = createRandom(`${seed} ${round}`)
  const kinds = Object.keys(corpus) as Kind[]
  const other = () => random.pick(corpus[random.pick(kinds)]).text
  const { words, answers = false, configuration } = random.pick(commands)(random)
  const given = words.filter((word) => typeof word !== 'string')
  const inputs = [...given, ...(answers ? [input('answers')] : []), ...(configuration ? [configuration] : [])]
  const hostile = random.pick(inputs)
  const files = new Map<string, Buffer>()
  const pathOf = new Map<Input, string>()
  for (const one of inputs) {
    const { text, extension } = random.pick(corpus[one.kind])
    const isHostile = one === hostile || random.next() < 0.1
    const path = one.kind === 'answers' ? 'answers.json' : `${one.kind}-${files.size}${extension}`
    pathOf.set(one, path)
    files.set(
      path,
      bytesOf(isHostile ? mutated(text, { random, maxLength, other }) : text, random, isHostile),
    )
  }
  return {
    args: words.map((word) => (typeof word === 'string' ? word : (pathOf.get(word) ?? ''))),
    files,
    configuration: configuration && pathOf.get(configuration),
  }
}

/** A file of some kind, among the words of a command. */
interface Input {
  readonly kind: Kind
}

function input(kind: Kind): Input {
  return { kind }
}

interface CommandLine {
  readonly words: readonly (string | Input)[]
  /** Whether a Prometheus is asked. */
  readonly answers?: boolean
  /** The file of the pipeline. */
  readonly configuration?: Input
}

const commands: readonly ((random: Random) => CommandLine)[] = [
  ...Array<(random: Random) => CommandLine>(4).fill(audit),
  ...Array<(random: Random) => CommandLine>(2).fill(update),
  ...Array<(random: Random) => CommandLine>(2).fill(render),
  (random) => ({
    words: [
      'generate',
      ...['--catalog', input('catalog')],
      ...(random.next() < 0.5 ? ['--config', input('generateSettings')] : []),
      ...['--out', 'out'],
      ...(random.next() < 0.3 ? ['--check'] : []),
    ],
  }),
  () => ({ words: ['config', 'check', input('configuration')] }),
  () => ({ words: ['config', 'print'], configuration: input('configuration') }),
]

function audit(random: Random): CommandLine {
  const flags: readonly (readonly [string, Kind])[] = [
    ['--scrape', 'scrape'],
    ['--dashboards', 'dashboard'],
    ['--rules', 'rules'],
    ['--catalog', 'catalog'],
    ['--source', 'source'],
    ['--config', 'auditSettings'],
    ['--baseline', 'baseline'],
    ['--generate-config', 'generateSettings'],
  ]
  const [first, ...more] = flags.toSorted(() => random.next() - 0.5)
  const chosen = [...(first ? [first] : []), ...more.filter(() => random.next() < 0.4)]
  const answers = random.next() < 0.2
  return {
    words: [
      'audit',
      ...chosen.flatMap(([flag, kind]) => [flag, input(kind)]),
      ...random.pick([[], ['--json'], ['--markdown'], ['--sarif']]),
      ...random.pick([[], ['--level', 'info']]),
      ...(answers ? ['--prometheus', 'PROMETHEUS'] : []),
    ],
    answers,
  }
}

function update(random: Random): CommandLine {
  const metrics: readonly (readonly [string, Kind])[] = [
    ['--scrape', 'scrape'],
    ['--catalog', 'catalog'],
    ['--source', 'source'],
  ]
  return {
    words: [
      ...['dashboards', 'update', input('dashboard')],
      ...random.pick(metrics).map((word, at) => (at === 0 ? word : input(word as Kind))),
      ...(random.next() < 0.3 ? ['--thresholds', input('thresholds')] : []),
      ...(random.next() < 0.3 ? ['--dashboards', input('dashboard')] : []),
      ...random.pick([[], ['--dry-run'], ['--guide']]),
    ],
  }
}

function render(random: Random): CommandLine {
  return {
    words: [
      ...['dashboards', 'render', input('dashboard'), '--prometheus', 'PROMETHEUS', '--out', 'page.html'],
      ...random.pick([[], ['--from', 'now-7d'], ['--var', 'job=app']]),
    ],
    answers: true,
  }
}

/** One mutation or several, one upon the other. */
function mutated(text: string, tools: Tools): string {
  const { random, maxLength } = tools
  const count = random.pick([1, 1, 1, 2, 4])
  let result = text
  for (let at = 0; at < count && result.length <= maxLength; at++)
    result = random.pick([mutateText, mutateTree])(result, tools)
  return result.slice(0, maxLength * 2)
}

function bytesOf(text: string, random: Random, isHostile: boolean): Buffer {
  const bytes = Buffer.from(text)
  if (!isHostile || random.next() > 0.03 || bytes.length === 0) return bytes
  bytes[random.int(bytes.length)] = random.int(256)
  return bytes
}
