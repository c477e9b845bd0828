import { isBuiltin } from 'node:module'

const before = [
  String.raw`\bfrom `,
  String.raw`\bimport `,
  String.raw`\bimport\(`,
  String.raw`\brequire\(`,
  String.raw`\b(?:require|import\.meta)\.resolve\(`,
  String.raw`\(import\.meta\.url\)\(`,
]
const imported = new RegExp(
  `(?:${before.join('|')})(['"])((?:@[a-z0-9-]+/)?[a-z0-9][a-z0-9.-]*)(?:/[^'"]*)?\\1`,
  'g',
)

/** The packages that a module, or the declarations of one, asks for by name. */
export function packagesImportedBy(code: string): string[] {
  return [...code.matchAll(imported)].map(([, , name = '']) => name).filter((name) => !isBuiltin(name))
}
