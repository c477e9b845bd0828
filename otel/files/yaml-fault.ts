import type { YAMLError } from 'yaml'

/** What is wrong with a text that is not YAML or JSON, and how to fix it. */
export function yamlFault(
  error: Pick<YAMLError, 'code' | 'message'>,
  file: string,
): { readonly problem: string; readonly mend: string } {
  const said = error.message.split('\n')[0]?.replace(/[.:]$/, '') ?? ''
  if (said.startsWith('Maximum call stack')) return nestedTooDeeply
  return {
    problem: `is not valid ${/\.json$/i.test(file) ? 'JSON' : 'YAML'}: ${said.charAt(0).toLowerCase()}${said.slice(1)}`,
    mend: mends[error.code] ?? 'correct the line',
  }
}

/** No stack is deep enough for what a program may write. */
export const nestedTooDeeply = {
  problem: 'is nested too deeply',
  mend: 'give a file that people write',
} as const

const mends: Partial<Record<YAMLError['code'], string>> = {
  BAD_INDENT: 'correct the indentation, or close what was opened before',
  TAB_AS_INDENT: 'indent with spaces',
  DUPLICATE_KEY: 'keep one of the two',
  MISSING_CHAR: 'close what was opened before, often a quote or a bracket',
  MULTIPLE_DOCS: 'keep one document, without --- between parts',
  TAG_RESOLVE_FAILED: 'leave the tag out',
}
