import { isNode, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { nearest } from '../promql/nearest.ts'
import { InputError } from './input-error.ts'
import { readTextFile } from './text-file.ts'

/**
 * Reads a file of settings, YAML or JSON, and checks it against a schema.
 *
 * @throws {InputError} with one line for the first thing that is wrong: file, line, key, and how to mend it.
 */
export async function readSettingsFile<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const lines = new LineCounter()
  const document = parseDocument(await readTextFile(file), {
    version: '1.2',
    lineCounter: lines,
    prettyErrors: false,
  })
  const [fault] = document.errors
  if (fault) {
    const said = fault.message.split('\n')[0]?.replace(/[.:]$/, '')
    throw new InputError(
      `${file}:${lines.linePos(fault.pos[0]).line}: ${said}; mend the ${/\.json$/i.test(file) ? 'JSON' : 'YAML'}`,
    )
  }
  const result = schema.safeParse(document.toJS() ?? {})
  if (result.success) return result.data
  const [issue] = result.error.issues as [z.core.$ZodIssue]
  const lineOf = (path: readonly PropertyKey[]): number => {
    const node = document.getIn(path, true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
    return path.length > 0 ? lineOf(path.slice(0, -1)) : 1
  }
  throw new InputError(`${file}:${lineOf(pathOf(issue))}: ${reasonOf(issue, schema)}`)
}

/** The place to look at: an unknown key rather than the part that holds it. */
function pathOf(issue: z.core.$ZodIssue): readonly PropertyKey[] {
  return issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path
}

function reasonOf(issue: z.core.$ZodIssue, schema: z.ZodType): string {
  const key = keyText(issue.path)
  if (issue.code !== 'unrecognized_keys') return `${key ? `${key}: ` : ''}${lowerFirst(issue.message)}`
  const known = keysAt(schema, issue.path)
  const [unknown = ''] = issue.keys
  const near = nearest(unknown, known)
  const instead = near ? `did you mean ${near}?` : `known here: ${known.join(', ')}`
  return `${keyText([...issue.path, unknown])} is no setting; ${instead}`
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
