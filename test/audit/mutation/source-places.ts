import { globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Tree } from './mutant.ts'

/** A call in the source by which something is measured. */
export interface RecordingPlace {
  /** `src/edge/http/instrumented.ts:18`. */
  readonly what: string
  readonly file: string
  /** Of the whole file. */
  readonly text: string
  /** Where the call begins and ends in the text. */
  readonly from: number
  readonly to: number
}

/** Calls that give an instrument a value, of metrics that are recorded nowhere else. */
export function recordings(tree: Tree): readonly RecordingPlace[] {
  const calls = allRecordings(tree).map((call) => ({ call, metrics: metricsOf(call) }))
  const all = calls.flatMap(({ metrics }) => metrics)
  const elsewhere = recordedElsewhere(tree)
  const isAlone = (name: string) => all.filter((each) => each === name).length === 1 && !elsewhere.has(name)
  return calls.filter(({ metrics }) => metrics.every(isAlone)).map(({ call }) => call)
}

function allRecordings(tree: Tree): readonly RecordingPlace[] {
  return places(tree, /(?<![\w.#])(?:[\w#]|\??\.|\[[^\]\n]*\])+\??\.(?:add|record)\(/g).filter(
    // A set of texts has an `add`, too.
    ({ text, from }) => !text.startsWith('this.#overflowed.', from),
  )
}

/** Calls that have an instrument ask for its value, of metrics that nothing else records. */
export function observations(tree: Tree): readonly RecordingPlace[] {
  const elsewhere = recordedElsewhere(tree)
  return places(tree, /(?<![\w.#])observe\(\s*meter\b/g).filter(
    ({ text, from }) => !elsewhere.has(/meter, (\w+)/.exec(text.slice(from))?.[1] ?? ''),
  )
}

/** Objects of attributes that are written out where something is measured. */
export function attributes(tree: Tree): readonly RecordingPlace[] {
  const start = /(?<![\w#])(?:(?:add|record|bind|measure)\()(?:[^(){}]|\([^(){}]*\))*?(?=\{)/g
  return instrumentedFiles(tree).flatMap(({ file, text }) =>
    [...text.matchAll(start)].map(({ index, 0: begun }) => {
      const from = index + begun.length
      return placeAt(file, text, from, closing(text, from + 1))
    }),
  )
}

/** Names of metrics where they become instruments, of those that nothing else records. */
export function metricNames(tree: Tree): readonly RecordingPlace[] {
  const elsewhere = recordedElsewhere(tree)
  return places(tree, /(?<![\w.#])(?:bind|observe|timed)\(\s*meter\b/g).flatMap(
    ({ file, text, from, to }) => {
      const isTimed = text.startsWith('timed', from)
      const names = [
        ...text.slice(from, to).matchAll(isTimed ? /(?<=: )\w+/g : /(?<=^\w+\(\s*meter,\s*)\w+/g),
      ]
      return names
        .filter(([name]) => !elsewhere.has(name))
        .map((name) => placeAt(file, text, from + name.index, from + name.index + name[0].length))
    },
  )
}

/** Files of the product that make instruments of the catalog's metrics. */
export function instrumentedFiles({
  source,
}: Tree): readonly { readonly file: string; readonly text: string }[] {
  return source
    .flatMap((folder) =>
      globSync('**/*.ts', { cwd: folder })
        .sort()
        .map((file) => join(folder, file)),
    )
    .filter((file) => !/\.(test|fixture|e2e)\.ts$|\/(testing|meter|audit|demo)\//.test(file))
    .map((file) => ({ file, text: readFileSync(file, 'utf8') }))
    .filter(({ text }) => /from '(.*\/meter\/(bind|observe|timed)\.ts|@tidegauge\/otel)'/.test(text))
}

function places(tree: Tree, start: RegExp): readonly RecordingPlace[] {
  return instrumentedFiles(tree).flatMap(({ file, text }) =>
    [...text.matchAll(start)].map(({ index }) =>
      placeAt(file, text, index, closing(text, text.indexOf('(', index) + 1)),
    ),
  )
}

/** The metrics whose instrument is recorded with, by the name of the variable or field that holds it. */
function metricsOf({ text, from, to }: RecordingPlace): readonly string[] {
  const instrument = /(\w+)\??\.(?:add|record)\(/.exec(text.slice(from, to))?.[1]
  const bound = new RegExp(`\\b${instrument}(?: =|:) bind\\(meter, (\\w+)`, 'g')
  return instrument === undefined ? [] : [...text.matchAll(bound)].map(([, name = '']) => name)
}

/** Metrics that libraries record as well, by what the catalog says, and those that the meter records itself. */
function recordedElsewhere({ catalog, source }: Tree): ReadonlySet<string> {
  const byLibraries = catalog
    .flatMap(({ metrics }) => metrics)
    .filter(({ recordedBy }) => recordedBy !== undefined)
    .map(({ name }) => name.replaceAll(/[._](\w)/g, (_, letter: string) => letter.toUpperCase()))
  const byMeter = source
    .flatMap((folder) => globSync('meter/*.ts', { cwd: folder }).map((file) => join(folder, file)))
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\b(?:bind|plainCounter)\(meter, (\w+)/g)])
    .map(([, name = '']) => name)
  return new Set([...byLibraries, ...byMeter])
}

function placeAt(file: string, text: string, from: number, to: number): RecordingPlace {
  const line = text.slice(0, from).split('\n').length
  return { what: `${relative(process.cwd(), file)}:${line}`, file, text, from, to }
}

/** The end of what a bracket has opened, after which this begins. */
function closing(text: string, from: number): number {
  let depth = 1
  let at = from
  for (; at < text.length && depth > 0; at++) {
    if (/[([{]/.test(text.charAt(at))) depth++
    else if (/[)\]}]/.test(text.charAt(at))) depth--
  }
  return at
}
