import type { HostFetch } from '../fetch.ts'

/** A fetch without a guard, for servers of the test's own. */
export const httpFetch: HostFetch = async (url, { headers, signal }) => {
  const stop = new AbortController()
  const {
    status,
    headers: answered,
    body,
  } = await fetch(url, {
    headers,
    signal: AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]),
    redirect: 'manual',
  })
  return { status, headers: answered, chunks: body ?? new Blob([]).stream(), cancel: () => stop.abort() }
}
