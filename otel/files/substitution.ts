import { type Document, parse, Scalar, visit } from 'yaml'
import { settingError } from './setting-error.ts'

/**
 * Puts variables into the values of a document: `${NAME}`, `${env:NAME}`, `${NAME:-default}`; `$$` is a dollar sign.
 *
 * @param whereIs says where an offset in the text is.
 * @throws {UsageError} for a variable that is neither set nor has a default. The standard would make it null.
 */
export function substitute(
  document: Document,
  environment: NodeJS.ProcessEnv,
  whereIs: (offset: number) => string,
): void {
  visit(document, {
    Scalar: (key, node) => {
      if (key === 'key' || typeof node.value !== 'string') return
      const fail = (problem: string, mend: string): never => {
        throw settingError({ where: whereIs(node.range?.[0] ?? 0), problem, mend })
      }
      const text = replaced(node.value, environment, fail)
      if (text !== node.value) node.value = node.type === Scalar.PLAIN ? coerced(text) : text
    },
  })
}

function replaced(
  text: string,
  environment: NodeJS.ProcessEnv,
  fail: (problem: string, mend: string) => never,
): string {
  // Where no bracket closes any more, each that opens would look for one up to the end.
  const end = text.lastIndexOf('}') + 1
  const rest = text.slice(end).replaceAll('$$', '$')
  return (
    text
      .slice(0, end)
      .replace(/\$\$|\$\{(?:env:)?([^}]*)\}/g, (whole: string, reference: string | undefined) => {
        if (reference === undefined) return '$'
        const [, name, fallback] = /^([a-zA-Z_][a-zA-Z0-9_]*)(?::-([^\n]*))?$/.exec(reference) ?? []
        if (name === undefined)
          return fail(
            `${whole} is not a variable`,
            'name a variable, with :- before a default, and write $$ for a dollar sign',
          )
        const value = environment[name] || fallback
        if (value === undefined) {
          return fail(`the variable ${name} is not set`, `set it, or write \${${name}:-default}`)
        }
        return value
      }) + rest
  )
}

/** A variable may stand for a number, true, false or null, but not for more than one value. */
function coerced(text: string): unknown {
  try {
    const value: unknown = parse(text, { version: '1.2' })
    return value === null || typeof value === 'number' || typeof value === 'boolean' ? value : text
  } catch {
    return text
  }
}
