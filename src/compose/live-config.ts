import type { Config } from '../config.ts'
import { type ChangeableKey, type ConfigChange, changeableKeys } from '../edge/contract/config.ts'
import type { Log } from '../model/log.ts'
import { keptConfigPath, readKeptConfig, writeKeptConfig } from './kept-config.ts'

/** The values of what may change while the service runs. */
export type ChangeableValues = Pick<Config, ChangeableKey>

/** A value, and where it came from. */
export interface Sourced<Value = unknown> {
  readonly value: Value
  readonly origin: string
}

export type ChangeableSettings = { readonly [Key in ChangeableKey]: Sourced<Config[Key]> }

export interface LiveConfigOptions {
  /** The data folder. */
  readonly dir: string
  /** What holds at the start, what was kept included. */
  readonly current: ChangeableSettings
  /** What flags and variables say, or what holds without them. */
  readonly started: ChangeableSettings
  /**
   * Puts the values into force, all of them or none.
   *
   * @returns why that cannot be now; undefined where it is done.
   */
  readonly apply: (
    values: ChangeableValues,
    changed: ReadonlySet<ChangeableKey>,
  ) => Promise<string | undefined>
  /** Called for each setting that has another value than before. Must not throw. */
  readonly onChange?: (setting: ChangeableKey) => void
  readonly log: Log
}

/** What may change, as a configuration has it whose origins nobody knows. */
export function unchangedSettings(config: ChangeableValues): Pick<LiveConfigOptions, 'current' | 'started'> {
  const settings = Object.fromEntries(
    changeableKeys.map((key) => [key, { value: config[key], origin: 'default' }]),
  ) as unknown as ChangeableSettings
  return { current: settings, started: settings }
}

/** The settings that may change while the service runs. */
export class LiveConfig {
  readonly #options: LiveConfigOptions
  #current: ChangeableSettings
  /** Changes are made one after another. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: LiveConfigOptions) {
    this.#options = options
    this.#current = options.current
  }

  /** What holds now. */
  get current(): ChangeableSettings {
    return this.#current
  }

  /**
   * Changes settings.
   *
   * @param options.persist whether the change outlives a restart.
   * @returns why it cannot be now; undefined where it is done.
   * @throws when it cannot be kept as asked; nothing has changed then.
   */
  change(change: ConfigChange, options: { readonly persist: boolean }): Promise<string | undefined> {
    const done = this.#last.then(() => this.#change(change, options))
    this.#last = done.catch(() => {})
    return done
  }

  async #change(
    change: ConfigChange,
    { persist }: { readonly persist: boolean },
  ): Promise<string | undefined> {
    const { dir, started, apply, onChange = () => {}, log } = this.#options
    const origin = persist ? keptConfigPath(dir) : 'PATCH /config'
    const named = changeableKeys.filter((key) => change[key] !== undefined)
    const wanted = named.map((key) => [
      key,
      change[key] === null ? started[key] : { value: change[key], origin },
    ])
    const next: ChangeableSettings = { ...this.#current, ...Object.fromEntries(wanted) }
    const changed = new Set(named.filter((key) => !isSame(this.#current[key].value, next[key].value)))
    const before = persist ? await readKeptConfig(dir) : {}
    if (persist) await writeKeptConfig(dir, keptAfter(before, change))
    try {
      const refusal = changed.size > 0 ? await apply(valuesOf(next), changed) : undefined
      if (refusal !== undefined) {
        if (persist) await writeKeptConfig(dir, before)
        return refusal
      }
    } catch (error) {
      if (persist) await writeKeptConfig(dir, before)
      throw error
    }
    for (const setting of changed) {
      const [was, now] = [this.#current, next].map((settings) => JSON.stringify(settings[setting].value))
      log.warn('the configuration was changed', { setting, was, now, persist })
      onChange(setting)
    }
    this.#current = next
    return undefined
  }
}

function keptAfter(before: Awaited<ReturnType<typeof readKeptConfig>>, change: ConfigChange) {
  const after = { ...before, ...change }
  return Object.fromEntries(
    changeableKeys.flatMap((key) => {
      const value = after[key]
      return value === undefined || value === null ? [] : [[key, value]]
    }),
  )
}

function valuesOf(settings: ChangeableSettings): ChangeableValues {
  return Object.fromEntries(
    changeableKeys.map((key) => [key, settings[key].value]),
  ) as unknown as ChangeableValues
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
