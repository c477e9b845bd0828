import type { Statement } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'

/** One import, by its alias or the last part of its path. */
export function importSpec(spec: Syntax): Statement[] {
  const path = spec.get('path')
  if (!path) return []
  const from = path.text.slice(1, -1)
  const alias = spec.get('name')
  if (alias?.type === 'blank_identifier') return []
  if (alias?.type === 'dot') return [{ kind: 'import', from, names: [{ name: '*', local: '*' }] }]
  const local =
    alias?.text ??
    from
      .replace(/\/v\d+$/, '')
      .split('/')
      .at(-1) ??
    from
  return [{ kind: 'import', from, names: [{ name: undefined, local }] }]
}
