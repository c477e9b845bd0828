import type { z } from 'zod'
import { isSecretName, isSecretPair, maskedJson } from '../mask.ts'
import { nearest } from '../nearest.ts'
import { type SettingPath, settingAt } from './setting-error.ts'

/** What is wrong with one setting. */
export interface SettingFault {
  readonly path: SettingPath
  /** As `near` says it. */
  readonly where: string
  /** The rest of a sentence that begins with the key: `is "x"`. */
  readonly problem: string
  /** What to do, beginning with a verb. */
  readonly mend: string
}

/** How a schema says what to do where that takes time: only for the fault that is told. */
export type Mend = () => string

export interface CheckOptions {
  /** Tells whether a value must not be shown. @default for keys that speak of headers, tokens and the like */
  readonly isSecret?: ((path: SettingPath) => boolean) | undefined
}

/**
 * Checks values against a schema. What a schema says itself about a value is how to fix it, beginning with a verb, as in
 * `z.string().min(1, 'say why')`, or in `params.mend`, a `Mend`; what is wrong is then the value, unless the issue says so
 * in `params.problem`.
 *
 * @param near `file:line` of a setting, or of what should hold it.
 * @returns the values as the schema makes them, or what is wrong first in the file: what stands below may follow from it.
 */
export function checkSettings<Schema extends z.ZodType>(
  value: unknown,
  schema: Schema,
  near: (path: SettingPath) => string,
  { isSecret = speaksOfSecrets }: CheckOptions = {},
): { readonly data: z.output<Schema> } | { readonly fault: SettingFault } {
  const result = schema.safeParse(value, { error: mendOf })
  if (result.success) return { data: result.data }
  const issues = result.error.issues.map((issue) => inUnion(issue))
  const unknown = new Set(
    issues.flatMap(({ code, path }) => (code === 'unrecognized_keys' ? String(path) : [])),
  )
  // What an unknown key leads to, such as the lack of a known one, is not worth saying.
  const causes = issues.filter(({ code, path }) => code !== 'custom' || !unknown.has(String(path)))
  const places = causes.map((issue) => ({ issue, where: near(pathOf(issue)) }))
  const { issue, where } = places.reduce((first, other) => (lineOf(other) < lineOf(first) ? other : first))
  return { fault: { where, ...faultOf(issue, value, isSecret) } }
}

function lineOf({ where }: { readonly where: string }): number {
  return Number(/:(\d+)$/.exec(where)?.[1] ?? 0)
}

/** Of a key that is not known its own. */
function pathOf(issue: z.core.$ZodIssue): SettingPath {
  const [unknown] = issue.code === 'unrecognized_keys' ? issue.keys : []
  return [...issue.path, ...(unknown === undefined ? [] : [unknown])] as SettingPath
}

function faultOf(
  issue: z.core.$ZodIssue,
  value: unknown,
  isSecret: (path: SettingPath) => boolean,
): Omit<SettingFault, 'where'> {
  const path = pathOf(issue)
  const hides = isSecret(path) || isSecretPair(settingAt(value, path.slice(0, -1)))
  const mend = issue.code === 'custom' ? (issue.params?.mend as Mend | undefined) : undefined
  return { path, problem: problemOf(issue, settingAt(value, path), hides), mend: mend?.() ?? issue.message }
}

function problemOf(issue: z.core.$ZodIssue, value: unknown, isSecret: boolean): string {
  const said = issue.code === 'custom' ? issue.params?.problem : undefined
  if (typeof said === 'string') return said
  if (issue.code === 'unrecognized_keys') return 'is not a known key'
  if (issue.code === 'invalid_key') return 'is not a valid name'
  if (value === undefined) return 'is missing'
  if (value === null) return 'has no value'
  if (issue.path.length === 0 && issue.code === 'invalid_type') return 'holds no settings'
  return isSecret ? 'is not a valid value' : `is ${shown(value)}`
}

function shown(value: unknown): string {
  const text = maskedJson(value)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

/** How to fix what a schema says nothing about itself. */
function mendOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysOf(issue.inst)
      const near = nearest(issue.keys[0] ?? '', known)
      if (near !== undefined) return `${didYouMean} ${near}?`
      return known.length > 0 ? `known here: ${known.join(', ')}` : 'remove it; nothing is known here'
    }
    case 'invalid_type': {
      if ((issue.path ?? []).length === 0 && issue.expected === 'object') return asLines([issue.inst])
      return issue.input === undefined ? 'add it' : `give ${kindOf(issue)}`
    }
    case 'invalid_value':
      if (issue.input === undefined) return 'add it'
      return `use ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`
    case 'too_small':
      return `give ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${measured(issue.origin, issue.minimum)}`
    case 'too_big':
      return `give ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${measured(issue.origin, issue.maximum)}`
    case 'invalid_format':
      return issue.format === 'url'
        ? 'give a URL such as http://127.0.0.1:9090'
        : `give a text of the form ${issue.pattern ?? issue.format}`
    case 'not_multiple_of':
      return `give a multiple of ${issue.divisor}`
    case 'invalid_union':
      return alternatives(issue.errors, issue.inst)
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues[0]?.message ?? 'correct it'
    default:
      return 'correct it'
  }
}

function kindOf({ expected, inst }: { readonly expected: string; readonly inst?: unknown }): string {
  const { format = '' } = definitionOf(inst)
  return kinds[/int/.test(format) ? 'int' : expected] ?? `a value of type ${expected}`
}

const kinds: Readonly<Record<string, string>> = {
  object: 'settings below it, as "name: value"',
  record: 'names and values below it, as "name: value"',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}

/** What a size is counted in. */
function measured(origin: string, count: number | bigint): string {
  const noun = origin === 'array' ? 'item' : origin === 'string' ? 'character' : undefined
  return noun === undefined ? '' : ` ${noun}${count === 1 ? '' : 's'}`
}

/** A value that fits none of several kinds: the first fault of each says what it should be as a whole. */
function alternatives(errors: readonly (readonly z.core.$ZodIssue[])[], union: unknown): string {
  const faults = errors.flatMap(([first]) => first ?? [])
  if (faults.every(wantsObject)) return asLines(optionsOf(union))
  const isGiven = faults.some(({ message }) => message.startsWith('give '))
  const parts = faults.map((fault) =>
    wantsObject(fault) ? kinds.object : fault.message.replace(/^give /, ''),
  )
  return `${isGiven ? 'give ' : ''}${[...new Set(parts)].join(' or ')}`
}

function wantsObject(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'invalid_type' && issue.expected === 'object' && issue.path.length === 0
}

/** How an object is written, of one of several schemas, each told by its first key. */
function asLines(objects: readonly unknown[]): string {
  const shapes = objects.map((schema) => `"${keysOf(schema)[0] ?? 'name'}: …"`)
  return `write them as ${[...new Set(shapes)].join(' or ')}, a line each`
}

/**
 * Of several kinds the one that is meant: what has the right kind as a whole, and least that is wrong in it. A key that is
 * written almost like a known one tells most.
 */
function inUnion(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue
  const meant = issue.errors
    .filter((errors) => errors.every(({ code, path }) => code !== 'invalid_type' || path.length > 0))
    .toSorted((a, b) => a.length - b.length)
  const first = meant.flat().find(isMisspelt) ?? meant[0]?.[0]
  return first === undefined ? issue : inUnion({ ...first, path: [...issue.path, ...first.path] })
}

function isMisspelt({ code, message }: z.core.$ZodIssue): boolean {
  return code === 'unrecognized_keys' && message.startsWith(didYouMean)
}

const didYouMean = 'did you mean'

/** The keys that an object of a schema has. */
function keysOf(schema: unknown): readonly string[] {
  return Object.keys(definitionOf(schema).shape ?? {})
}

/** The schemas of a union. */
function optionsOf(union: unknown): readonly unknown[] {
  return definitionOf(union).options ?? []
}

interface Definition {
  readonly format?: string
  readonly shape?: object
  readonly options?: readonly unknown[]
}

function definitionOf(schema: unknown): Definition {
  return (schema as { readonly def?: Definition } | undefined)?.def ?? {}
}

function speaksOfSecrets(path: SettingPath): boolean {
  return path.some((step) => isSecretName(String(step)))
}
