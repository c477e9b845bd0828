import type { Module, Statement } from '../program.ts'
import { isMetricsPackage } from './interned.ts'
import type { Run } from './run.ts'
import { moduleScope } from './scopes.ts'
import { union } from './value-sets.ts'
import { noValues, type Scope, type Values } from './values.ts'

/** Remembers where the names of an import come from. */
export function rememberImport(
  run: Run,
  statement: Extract<Statement, { kind: 'import' }>,
  scope: Scope,
): void {
  const { module } = scope
  const imports = run.imports.get(module) ?? new Map()
  run.imports.set(module, imports)
  for (const { name, local } of statement.names) {
    if (name === '*') {
      const everything = run.everything.get(module) ?? []
      if (!everything.includes(statement.from)) everything.push(statement.from)
      run.everything.set(module, everything)
    } else if (!imports.has(local)) {
      imports.set(local, { from: statement.from, name })
      run.hasChanged = true
    }
  }
}

/** What an imported name stands for; undefined for one that is not imported. */
export function imported(run: Run, module: Module, name: string): Values | undefined {
  const entry = run.imports.get(module)?.get(name)
  if (entry) return importedMember(run, module, entry.from, entry.name)
  for (const from of run.everything.get(module) ?? []) {
    for (const target of run.modules.resolve(module, from)) {
      const values = exported(run, target, name)
      if (values.size > 0) return values
    }
    if (run.modules.resolve(module, from).length === 0 && /^[A-Z]|!$/.test(name) && isMetricsPackage(from))
      return run.interned.external(`${from}.${name}`)
  }
  return undefined
}

/** What other modules see under that name. */
export function exported(run: Run, module: Module, name: string): Values {
  const key = `${module.file}\n${name}`
  if (run.resolving.has(key)) return noValues
  run.resolving.add(key)
  try {
    const renamed = run.exports.get(module)?.get(name)
    if (renamed && renamed.values.size > 0) return renamed.values
    const scope = moduleScope(run, module)
    const slot = scope.find(name)
    if (slot && slot.values.size > 0) return slot.values
    const whole = run.exports.get(module)?.get('module.exports')
    if (whole) {
      const values = name === 'default' ? whole.values : run.member(whole.values, name)
      if (values.size > 0) return values
    }
    return imported(run, module, name) ?? noValues
  } finally {
    run.resolving.delete(key)
  }
}

function importedMember(run: Run, module: Module, from: string, name: string | undefined): Values {
  const targets = run.modules.resolve(module, from)
  if (targets.length === 0) {
    if (module.language === 'rust') {
      const inner = name === undefined ? [] : run.modules.resolve(module, `${from}::${name}`)
      if (inner.length > 0 && /^(crate|self|super)/.test(from))
        return new Set(inner.map((target) => run.interned.module(target)))
      return run.interned.external(
        [from.replaceAll('::', '.'), ...(name === undefined ? [] : [name])].join('.'),
      )
    }
    if (module.language === 'python' && name !== undefined) {
      // `from package import module` names a file, too.
      const inner = run.modules.resolve(module, from.endsWith('.') ? `${from}${name}` : `${from}.${name}`)
      if (inner.length > 0) return new Set(inner.map((target) => run.interned.module(target)))
    }
    return run.interned.external(name === undefined || name === 'default' ? from : `${from}.${name}`)
  }
  if (name === undefined) return new Set(targets.map((target) => run.interned.module(target)))
  const values = union(targets.map((target) => exported(run, target, name)))
  if (values.size === 0 && module.language === 'rust') {
    // `use crate::metrics` names a file; `use metrics::counter` may name a crate beside a file of that name.
    const inner = run.modules.resolve(module, `${from}::${name}`)
    const named = inner.filter(({ file }) => new RegExp(`(^|/)${name}(\\.rs|/mod\\.rs)$`).test(file))
    if (named.length > 0) return new Set(named.map((target) => run.interned.module(target)))
    return run.interned.external(`${from.replaceAll('::', '.')}.${name}`)
  }
  if (values.size === 0 && module.language === 'python') {
    const inner = run.modules.resolve(module, from.endsWith('.') ? `${from}${name}` : `${from}.${name}`)
    return new Set(inner.map((target) => run.interned.module(target)))
  }
  return values
}
