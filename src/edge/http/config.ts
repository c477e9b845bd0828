import { getConfig, patchConfig } from '../contract/config.ts'
import type { Control } from './control.ts'
import { Problem } from './problem.ts'
import { answer, type Handled } from './routing.ts'
import type { StatusOptions } from './status.ts'

export interface ConfigRoutesOptions extends Pick<StatusOptions, 'config'> {
  readonly control: Pick<Control, 'changeConfig'>
}

/** `GET /config` and `PATCH /config`. */
export function configRoutes({ config, control }: ConfigRoutesOptions): readonly Handled[] {
  return [
    answer(getConfig, () => ({ status: 200, body: config() })),
    answer(patchConfig, async ({ body, query: { persist } }) => {
      const refusal = await control.changeConfig(body, { persist: persist === 'true' })
      if (refusal !== undefined) throw new Problem(409, { detail: refusal })
      return { status: 200, body: config() }
    }),
  ]
}
