import assert from 'node:assert/strict'
import { it } from 'node:test'
import { probeSdk } from './probe.ts'

it('x', async () => {
  const s = performance.now()
  console.log(await probeSdk(), performance.now() - s)
  const t = performance.now()
  await probeSdk()
  console.log(performance.now() - t)
})
