import type { ImportedName, Statement } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { type Lowering, name } from '../lower.ts'
import { stringText } from './texts.ts'

/** An `export`, with or without a declaration, a source, or a name of its own. */
export function exportStatement(lowering: Lowering, node: Syntax): Statement[] {
  const source = node.get('source')
  const clause = node.find('export_clause')
  const specifiers = clause?.named.map((specifier) => ({
    name: specifier.get('name')?.text ?? '',
    local: (specifier.get('alias') ?? specifier.get('name'))?.text ?? '',
  }))
  if (source) {
    const namespace = node.find('namespace_export')
    const names = specifiers ?? [
      namespace ? { name: undefined, local: namespace.named[0]?.text ?? '' } : { name: '*', local: '*' },
    ]
    return [{ kind: 'import', from: stringText(source), names }]
  }
  if (specifiers) {
    return specifiers.map((specifier) => ({
      kind: 'export',
      name: specifier.local,
      value: name(node, specifier.name),
    }))
  }
  const declaration = node.get('declaration')
  const value = node.get('value')
  if (node.has('default')) {
    const inner = declaration ?? value
    if (!inner) return []
    const named = inner.get('name')
    if (declaration && named) {
      return [
        ...lowering.statements([declaration], true),
        { kind: 'export', name: 'default', value: name(named) },
      ]
    }
    return [{ kind: 'export', name: 'default', value: lowering.expression(inner) }]
  }
  return declaration ? lowering.statements([declaration], true) : []
}

/** An `import` of names; one for its effects alone says nothing. */
export function importStatement(node: Syntax): Statement[] {
  const source = node.get('source') ?? node.find('string')
  const clause = node.find('import_clause')
  if (!source || !clause) return []
  const names: ImportedName[] = clause.named.flatMap((part): ImportedName[] => {
    if (part.type === 'identifier') return [{ name: 'default', local: part.text }]
    if (part.type === 'namespace_import') return [{ name: undefined, local: part.named[0]?.text ?? '' }]
    return part.named.map((specifier) => ({
      name: specifier.get('name')?.text ?? '',
      local: (specifier.get('alias') ?? specifier.get('name'))?.text ?? '',
    }))
  })
  return [{ kind: 'import', from: stringText(source), names }]
}
