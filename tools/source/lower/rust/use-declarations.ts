import type { ImportedName, Statement } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import type { RustLowering } from './lowering.ts'
import { lastName } from './texts.ts'

/** The names that a `use` brings, however nested. */
export function useDeclaration(lowering: RustLowering, node: Syntax, prefix: string): Statement[] {
  const join = (path: string) => [prefix, path].filter((part) => part !== '').join('::')
  const one = (path: string, local: string): Statement[] => {
    const cut = path.lastIndexOf('::')
    const names: ImportedName[] =
      cut < 0 ? [{ name: undefined, local }] : [{ name: path.slice(cut + 2), local }]
    return [{ kind: 'import', from: cut < 0 ? path : path.slice(0, cut), names }]
  }
  switch (node.type) {
    case 'use_list':
      return node.named.flatMap((part) => useDeclaration(lowering, part, prefix))
    case 'scoped_use_list':
      return useDeclaration(lowering, node.get('list') as Syntax, join(node.get('path')?.text ?? ''))
    case 'use_as_clause':
      return one(join(node.get('path')?.text ?? ''), node.get('alias')?.text ?? '')
    case 'use_wildcard':
      return [
        {
          kind: 'import',
          from: join(node.named[0]?.text ?? ''),
          names: [{ name: '*', local: '*' }],
        },
      ]
    default: {
      const path = join(node.text)
      return node.text === 'self' ? one(prefix, lastName(prefix)) : one(path, lastName(path))
    }
  }
}
