import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AlertStage, Fault } from './alert-stage.ts'
import { eventually } from './until.ts'

/** No alert fires for so long. */
export async function staysQuiet({ prometheus }: AlertStage, forMs: number): Promise<void> {
  await eventually(async () => assert.equal(await prometheus.number('up'), 1))
  await sleep(forMs)
  const range = `${Math.round(forMs / 1000) - 5}s`
  const fired = await prometheus.query(`max_over_time(ALERTS{alertstate="firing"}[${range}])`)
  assert.deepEqual(
    fired.map(({ metric }) => metric.alertname),
    [],
  )
}

/** What an alert waits for takes its time on a busy machine. */
const withinMs = 240_000

/** Each of a fault's alerts fires while it lasts, though not all of them at the same time, and none after it. */
export async function suffers({ fires, provoke }: Fault, stage: AlertStage): Promise<void> {
  {
    await using stack = new AsyncDisposableStack()
    await provoke(stack)
    const missing = new Set(fires)
    await eventually(
      async () => {
        for (const alert of await stage.firing()) missing.delete(alert)
        assert.deepEqual([...missing], [])
      },
      { withinMs },
    )
  }
  await eventually(async () => assert.deepEqual(await stage.firing(), []), { withinMs })
}
