import type { Configuration } from '../../configuration/configuration.ts'
import type { History } from '../../history/history.ts'
import type { HistoryReader } from '../../history/reader.ts'
import { createResource } from '../resource.ts'
import type { ReaderEvents } from './configured-reader.ts'

/**
 * Opens the history that is configured, and makes its reader; SQLite is loaded here, for those who keep one.
 *
 * @throws {UsageError} for a file that cannot be used.
 */
export async function openHistory(
  { config, settings, error }: Configuration,
  onLog: ReaderEvents['onLog'],
): Promise<{ readonly history: History; readonly reader: HistoryReader }> {
  const { file, ring_size, ring_interval, snapshot_interval, retention } = config.tidegauge.history
  const [{ History }, { HistoryReader }, { HistoryFileError }] = await Promise.all([
    import('../../history/history.ts'),
    import('../../history/reader.ts'),
    import('../../history/file.ts'),
  ])
  const history = open()
  return { history, reader: new HistoryReader({ history, intervalMs: ring_interval, onLog }) }

  function open(): History {
    try {
      return new History({
        file,
        node: String(createResource(config.resource).attributes['service.name']),
        ringSize: ring_size,
        ringIntervalMs: ring_interval,
        snapshotIntervalMs: snapshot_interval,
        retentionMs: retention,
      })
    } catch (cause) {
      // What the program has chosen no variable and no line of a file is to be blamed for.
      const { origin } = settings.find(({ key }) => key === 'tidegauge.history.file') ?? {}
      if (!(cause instanceof HistoryFileError) || origin === 'default') throw cause
      throw error(['tidegauge', 'history', 'file'], `is ${file}, which ${cause.problem}`, cause.mend, cause)
    }
  }
}
