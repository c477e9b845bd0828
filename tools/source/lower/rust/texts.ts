import type { Syntax } from '../../syntax/syntax.ts'

/** The last name of a path. */
export function lastName(path: string): string {
  return path.split('::').at(-1)?.trim() ?? path
}

/** The text of a string literal. */
export function stringText(node: Syntax): string {
  if (node.type === 'raw_string_literal') return node.text.replace(/^b?r#*"|"#*$/g, '')
  return node.text
    .replace(/^b?"|"$/g, '')
    .replace(/\\(n|t|\\|"|')/g, (_, letter: string) => ({ n: '\n', t: '\t' })[letter] ?? letter)
}
