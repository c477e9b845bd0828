import type { Syntax } from '../../syntax/syntax.ts'

export function typeName(annotation: Syntax): string | undefined {
  const type = annotation.named[0]
  if (type === undefined) return undefined
  if (type.type === 'type_identifier') return type.text
  return type.type === 'generic_type' ? type.get('name')?.text : undefined
}

/** The key of a field; undefined for one that is computed. */
export function keyText(key: Syntax | undefined): string | undefined {
  if (key === undefined || key.type === 'computed_property_name') {
    const inner = key?.named[0]
    return inner?.type === 'string' ? stringText(inner) : undefined
  }
  return key.type === 'string' ? stringText(key) : key.text
}

/** The text of a string literal. */
export function stringText(node: Syntax): string {
  const { text } = node
  return text.slice(1, -1).replace(/\\(u\{[^}]*\}|u.{4}|x..|[\s\S])/g, (whole) => unescaped(whole))
}

/** The character that an escape sequence stands for. */
export function unescaped(sequence: string): string {
  const code = /^\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))$/.exec(sequence)
  const digits = code?.[1] ?? code?.[2] ?? code?.[3]
  if (digits !== undefined) {
    const point = Number.parseInt(digits, 16)
    return point <= 0x10ffff ? String.fromCodePoint(point) : ''
  }
  const simple: Record<string, string> = {
    n: '\n',
    t: '\t',
    r: '\r',
    b: '\b',
    f: '\f',
    v: '\v',
    0: '\0',
    '\n': '',
  }
  return simple[sequence.slice(1)] ?? sequence.slice(1)
}
