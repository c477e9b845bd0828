import assert from 'node:assert/strict'
import { it } from 'node:test'
import { renamedSdk } from '../../sdk/testing/renamed-sdk.ts'
import { UsageError } from '../../usage-error.ts'
import { resolveViews } from './view-resolution.ts'

it('refuses an SDK that keeps its views elsewhere, and names those that do not', async () => {
  const { MeterProvider } = await renamedSdk('_registeredViews')
  const options = {
    catalogViews: [],
    userViews: [],
    seriesLimit: () => 2000,
    histograms: 'perReader',
    sensitive: [],
    onOverflow: () => {},
  } as const
  assert.throws(
    () => resolveViews(new MeterProvider(), [], options),
    (error) => error instanceof UsageError && /sdk-metrics .*3\.1\.0 and 3\.1\.1.* views/.test(error.message),
  )
})
