import { Session } from 'node:inspector/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(import.meta.dirname, '../..')

/**
 * Runs `work` three times and tells in which files of the wings functions were called each time, by V8's coverage:
 * a garbage collection, which is measured as well, comes when it pleases.
 */
export async function filesCalledIn(work: () => unknown): Promise<readonly string[]> {
  const session = new Session()
  session.connect()
  try {
    await session.post('Profiler.enable')
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
    // Taking the coverage sets its counters to zero.
    await session.post('Profiler.takePreciseCoverage')
    const walks: ReadonlySet<string>[] = []
    for (let walk = 0; walk < 3; walk++) {
      await work()
      walks.push(await takenFiles(session))
    }
    const [first = new Set<string>(), ...others] = walks
    return [...first].filter((file) => others.every((walk) => walk.has(file))).sort()
  } finally {
    session.disconnect()
  }
}

async function takenFiles(session: Session): Promise<ReadonlySet<string>> {
  const { result } = await session.post('Profiler.takePreciseCoverage')
  return new Set(
    result
      .filter(({ functions }) => functions.some(({ ranges: [range] }) => (range?.count ?? 0) > 0))
      .filter(({ url }) => url.startsWith('file:'))
      .map(({ url }) => relative(root, fileURLToPath(url)))
      .filter((file) => /^(src|otel|tools)\//.test(file) && !/\/testing\/|\.test\.ts$/.test(file)),
  )
}
