import type { ImportedName, Statement } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'

/** One module of `import a, b as c`. */
export function importPart(node: Syntax): Statement {
  const path = (node.type === 'aliased_import' ? node.get('name')?.text : node.text) ?? ''
  const alias = node.get('alias')?.text
  // `import a.b` makes the name `a`, through which `a.b` is reached.
  const local = alias ?? path.split('.')[0] ?? path
  const from = alias ? path : local
  return { kind: 'import', from, names: [{ name: undefined, local }] }
}

/** `from a import b`. */
export function importFrom(node: Syntax): Statement[] {
  const from = node.get('module_name')?.text ?? ''
  if (node.find('wildcard_import')) return [{ kind: 'import', from, names: [{ name: '*', local: '*' }] }]
  const names = node.all('name').map((part): ImportedName => {
    const imported = part.type === 'aliased_import' ? (part.get('name')?.text ?? '') : part.text
    return { name: imported, local: part.get('alias')?.text ?? imported }
  })
  return [{ kind: 'import', from, names }]
}
