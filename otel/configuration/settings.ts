import { pathText, type SettingPath } from '../files/setting-error.ts'
import { isSecretName, isSecretPair, masked, maskedJson, maskSecrets } from '../mask.ts'

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
  const visit = (value: unknown, path: SettingPath, hides = false) => {
    if (value === undefined || (path.length === 1 && path[0] === 'file_format')) return
    if (isBranch(value)) {
      const hidesValue = isSecretPair(value)
      for (const [key, part] of Object.entries(value))
        visit(part, [...path, Array.isArray(value) ? Number(key) : key], hidesValue && key === 'value')
    } else {
      const shownValue = hides || isSecret(path) ? masked : shown(value)
      settings.push({ key: pathText(path), value: shownValue, origin: originOf(path) })
    }
  }
  visit(config, [])
  return settings
}

/** Tells whether a value must not be shown: of headers, passwords and the like, wherever they stand. */
export function isSecret(path: SettingPath): boolean {
  const last = path.at(-1)
  return isSecretName(String(last)) || (path.includes('headers') && last !== 'name')
}

function isBranch(value: unknown): value is object {
  if (Array.isArray(value)) return value.some((item) => typeof item === 'object' && item !== null)
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}

function shown(value: unknown): string {
  return typeof value === 'string' ? maskSecrets(value) : maskedJson(value)
}
