import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'

/**
 * Puts a module of ours and all that it imports into one script for a page, which then calls `run`, an export of the
 * module. Each module becomes a function of its own, so that equal names in two of them do not meet.
 * Understands what our modules use: named imports of our own files, and exports of functions and constants.
 */
export async function bundle(entry: URL, run: string): Promise<string> {
  const modules = new Map<string, { readonly name: string; code: string }>()
  const name = await add(entry, modules)
  const body = [...modules.values()].map(({ name, code }) => `const ${name}=(()=>{${code}})();`).join('\n')
  return `"use strict";(()=>{${body}\n${name}.${run}()})()`
}

async function add(url: URL, modules: Map<string, { readonly name: string; code: string }>): Promise<string> {
  const known = modules.get(url.href)
  if (known !== undefined) return known.name
  const source = await readFile(url, 'utf8')
  const script = url.pathname.endsWith('.ts') ? stripped(source) : source
  const imports: string[] = []
  let code = script
  for (const [statement, names = '', path = ''] of script.matchAll(importPattern)) {
    const from = await add(new URL(path, url), modules)
    imports.push(`const {${names.replaceAll(/\s+as\s+/g, ':')}}=${from};`)
    code = code.replace(statement, () => '')
  }
  const exported = [...code.matchAll(exportPattern)].map(([, , name]) => name)
  code = code.replaceAll(exportPattern, (_, kind: string, name: string) => `${kind} ${name}`)
  const compact = code
    .replaceAll(/^\s*(?:\/\*[\s\S]*?\*\/|\/\/[^\n]*)\s*$/gm, '')
    .replaceAll(/^\s*export\s*\{\s*\};?$/gm, '')
    .replaceAll(/\n\s*\n+/g, '\n')
  const name = `m${modules.size}`
  modules.set(url.href, { name, code: `${imports.join('')}${compact}\nreturn {${exported.join(',')}}` })
  return name
}

const importPattern = /^import\s*\{([^}]*)\}\s*from\s*['"](\.[^'"]+)['"];?$/gm
const exportPattern = /^export\s+(const|(?:async\s+)?function)\s+(\w+)/gm

/** Node warns that stripping types is new whenever it is asked; it runs this very file by doing so. */
function stripped(source: string): string {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(source)
  } finally {
    process.emitWarning = emitWarning
  }
}
