import type { HostFetch } from '../fetch.ts'

/** A fetch without a guard, for servers of the test's own. */
export const httpFetch: HostFetch = async (url, { headers, signal }) => {
  const {
    status,
    headers: answered,
    body,
  } = await fetch(url, { headers, signal: signal ?? null, redirect: 'manual' })
  return { status, headers: answered, body: body ?? new Blob([]).stream() }
}
