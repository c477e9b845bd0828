import { pathText, type SettingPath } from '../files/setting-error.ts'

/** One effective value and where it came from. */
export interface Setting {
  /** As in the file: `meter_provider.readers[0].periodic.interval`. */
  readonly key: string
  /** As it would be shown; secrets are `***`. */
  readonly value: string
  /** `file:line`, a variable, a flag, or `default`. */
  readonly origin: string
}

/** Lists every value of a configuration. */
export function settingsOf(config: unknown, originOf: (path: SettingPath) => string): Setting[] {
  const settings: Setting[] = []
  const visit = (value: unknown, path: SettingPath) => {
    if (value === undefined || (path.length === 1 && path[0] === 'file_format')) return
    if (isBranch(value)) {
      for (const [key, part] of Object.entries(value))
        visit(part, [...path, Array.isArray(value) ? Number(key) : key])
    } else {
      settings.push({ key: pathText(path), value: shown(value, path), origin: originOf(path) })
    }
  }
  visit(config, [])
  return settings
}

/** Tells whether a value must not be shown: keys of headers and passwords, wherever they stand. */
export function isSecret(path: SettingPath): boolean {
  const last = path.at(-1)
  if (last === 'headers_list' || last === 'bearer_token' || last === 'password') return true
  return path.includes('headers') && last === 'value'
}

function isBranch(value: unknown): value is object {
  if (Array.isArray(value)) return value.some((item) => typeof item === 'object' && item !== null)
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}

function shown(value: unknown, path: SettingPath): string {
  if (isSecret(path)) return '***'
  if (typeof value !== 'string') return JSON.stringify(value)
  // A URL may carry a name and a password.
  return value.replace(/^([a-z]+:\/\/)[^/@]+@/i, '$1***@')
}
