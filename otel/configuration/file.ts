import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { type Document, isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import { configError } from './config-error.ts'
import type { ConfigPath, ConfigSource } from './config-source.ts'
import { substitute } from './substitution.ts'

/**
 * Reads a declarative configuration file and puts the variables in.
 *
 * @throws {UsageError} when it cannot be read, is not YAML, says a key twice, or names a variable that is not set.
 */
export function readFile(file: string, environment: NodeJS.ProcessEnv): ConfigSource {
  const name = basename(file)
  const lines = new LineCounter()
  const document = parseDocument(readText(file, name), {
    version: '1.2',
    lineCounter: lines,
    prettyErrors: false,
  })
  const [error] = document.errors
  if (error !== undefined) {
    const where = `${name}:${lines.linePos(error.pos[0]).line}`
    if (error.code === 'DUPLICATE_KEY') {
      const key = keyAt(document, error.pos[0])
      throw configError({
        where,
        key,
        problem: 'stands here a second time',
        mend: 'remove one of the two',
      })
    }
    const problem = `is not valid YAML: ${error.message.split('\n', 1)[0]}`
    throw configError({ where, problem, mend: 'correct the line, often its indentation or a quote' })
  }
  substitute(document, environment, (offset) => `${name}:${lines.linePos(offset).line}`)
  const value: unknown = document.toJS()
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw configError({
      where: `${name}:1`,
      problem: 'holds no keys',
      mend: 'begin it with file_format: "1.0"',
    })
  }
  const where = (path: ConfigPath) => {
    const offset = offsetOf(document, path)
    return offset === undefined ? undefined : `${name}:${lines.linePos(offset).line}`
  }
  const near = (path: ConfigPath): string =>
    where(path) ?? (path.length > 0 ? near(path.slice(0, -1)) : `${name}:1`)
  return { value: value as Record<string, unknown>, where, near, isFile: true }
}

function readText(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const problem = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`
    const mend =
      code === 'ENOENT' ? `correct the path ${file}` : `make ${file} a file that this user may read`
    throw configError({ where: name, problem, mend, cause })
  }
}

/** Where the key or the list item of a path begins in the text. */
function offsetOf(document: Document, path: ConfigPath): number | undefined {
  let node: unknown = document.contents
  let offset: number | undefined = isNode(node) ? node.range?.[0] : undefined
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step)
      if (pair === undefined) return undefined
      offset = isNode(pair.key) ? pair.key.range?.[0] : undefined
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[step as number]
      if (!isNode(node)) return undefined
      offset = node.range?.[0]
    } else return undefined
  }
  return offset
}

/** The key that a position is in; the YAML parser gives only the position. */
function keyAt(document: Document, offset: number): string | undefined {
  const visit = (node: unknown): string | undefined => {
    if (!isMap(node) && !isSeq(node)) return undefined
    for (const item of node.items) {
      if (isPair(item) && isScalar(item.key) && item.key.range?.[0] === offset) return String(item.key.value)
      const found = visit(isPair(item) ? item.value : item)
      if (found !== undefined) return found
    }
    return undefined
  }
  return visit(document.contents)
}
