import { UsageError } from '@tidegauge/otel/usage-error'
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { nearest } from './nearest.ts'
import { readTextFile } from './text-file.ts'
import { yamlFault } from './yaml-fault.ts'

/**
 * Reads a file of settings, YAML or JSON, and checks it against a schema.
 *
 * @throws {UsageError} with one line for the first thing that is wrong: file, line, key, and how to mend it.
 */
export async function readSettingsFile<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const lines = new LineCounter()
  const document = parseDocument(await readTextFile(file, { maxBytes }), {
    version: '1.2',
    lineCounter: lines,
    prettyErrors: false,
  })
  const [fault] = document.errors
  if (fault) throw new UsageError(`${file}:${lines.linePos(fault.pos[0]).line}: ${yamlFault(fault, file)}`)
  const result = schema.safeParse(valuesOf(document, file) ?? {})
  if (result.success) return result.data
  const [issue] = result.error.issues as [z.core.$ZodIssue]
  const lineOf = (path: readonly PropertyKey[]): number => {
    const node = document.getIn(path, true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
    return path.length > 0 ? lineOf(path.slice(0, -1)) : 1
  }
  throw new UsageError(`${file}:${lineOf(pathOf(issue))}: ${reasonOf(issue, schema)}`)
}

/** The parser takes a second for ten of these megabytes; what people write are kilobytes. */
const maxBytes = 16 * 1024 * 1024

/** @throws {UsageError} for aliases that unfold to more than a memory holds. */
function valuesOf(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS()
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause
    throw new UsageError(
      `${file}: its aliases (*name) unfold to far too much; write out what they stand for`,
      {
        cause,
      },
    )
  }
}

/** The place to look at: an unknown key rather than the part that holds it. */
function pathOf(issue: z.core.$ZodIssue): readonly PropertyKey[] {
  return issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path
}

function reasonOf(issue: z.core.$ZodIssue, schema: z.ZodType): string {
  const key = keyText(issue.path)
  if (issue.code === 'invalid_type' && key === '' && issue.expected === 'object')
    return `it holds no settings; write them as "${keysAt(schema, []).at(0) ?? 'name'}: …", a line each`
  if (issue.code !== 'unrecognized_keys')
    return `${key ? `${key}: ` : ''}${wanted(issue) ?? lowerFirst(issue.message)}`
  const known = keysAt(schema, issue.path)
  const [unknown = ''] = issue.keys
  const near = nearest(unknown, known)
  const instead = near ? `did you mean ${near}?` : `known here: ${known.join(', ')}`
  return `${keyText([...issue.path, unknown])} is no setting; ${instead}`
}

/** What to write in place of a value of another kind. */
function wanted(issue: z.core.$ZodIssue): string | undefined {
  // A schema that says more about its values has written its own message.
  if (!issue.message.startsWith('Invalid input: expected')) return undefined
  if (issue.code === 'invalid_value') return `write ${issue.values.map(String).join(' or ')}`
  const kind = issue.code === 'invalid_type' ? kinds[issue.expected] : undefined
  return kind && `write ${kind}`
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

/** Names of the settings at a path of a schema, where they can be told. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let part: unknown = schema
  for (const step of path) {
    const { shape, element, valueType } = innermost(part)
    part = shape?.[step as string] ?? element ?? valueType
  }
  return Object.keys(innermost(part).shape ?? {})
}

interface SchemaParts {
  readonly shape?: Readonly<Record<string, unknown>>
  readonly element?: unknown
  readonly valueType?: unknown
}

/** Looks through optional, default and the like. */
function innermost(schema: unknown): SchemaParts {
  const definition = (schema as { def?: { innerType?: unknown; in?: unknown } } | undefined)?.def
  const inner = definition?.innerType ?? definition?.in
  return inner === undefined ? { ...(schema as { def?: object })?.def } : innermost(inner)
}

function keyText(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '')
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
