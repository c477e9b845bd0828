import type { Statement } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { type Lowering, name } from '../lower.ts'
import { functionFrom, isUpper } from './functions.ts'
import { typeExpression } from './types.ts'

/** A struct, with embedded types as its bases. */
export function typeDeclaration(lowering: Lowering, spec: Syntax): Statement[] {
  const called = spec.get('name')?.text
  const body = spec.get('type')
  if (!called || body?.type === 'interface_type') return []
  const declared = body?.find('field_declaration_list')?.named ?? []
  const fields = declared.flatMap((field) => {
    const type = field.get('type')
    const lowered = type && typeExpression(lowering, type)
    return field.all('name').map((part) => ({ name: part.text, value: undefined, type: lowered }))
  })
  const bases = declared
    .filter((field) => field.all('name').length === 0)
    .flatMap((field) => {
      const type = field.get('type')
      return type ? [typeExpression(lowering, type)] : []
    })
  return [{ kind: 'class', declared: { name: called, fields, methods: [], bases } }]
}

/** A method, with its receiver as `this`. */
export function methodDeclaration(lowering: Lowering, node: Syntax): Statement[] {
  const receiver = node.get('receiver')?.named[0]
  const type = receiver?.get('type')
  const self = receiver?.get('name')
  if (!type) return []
  const called = node.get('name')?.text ?? ''
  const declared = functionFrom(lowering, node, {
    isMethod: true,
    isReachable: interfaceMethods.test(called),
    isExported: isUpper(called),
  })
  const body: Statement[] = self
    ? [
        { kind: 'let', target: name(self), value: name(self, 'this'), type: undefined, isConstant: false },
        ...declared.body,
      ]
    : [...declared.body]
  return [{ kind: 'method', type: baseName(type), declared: { ...declared, body } }]
}

const interfaceMethods =
  /^(ServeHTTP|RoundTrip|Collect|Describe|Read|Write|Close|String|Error|Unwrap|Is|As|Len|Less|Swap|Push|Pop|Scan|Value|Next|Run|Start|Stop|Handle|Process|Init|Format|Set|Get|Gather|Observe|Log|Enabled|Seek|Flush|(Un)?Marshal\w*)$/

function baseName(type: Syntax): string {
  return /[A-Za-z_]\w*/.exec(type.text)?.[0] ?? ''
}
