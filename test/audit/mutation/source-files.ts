import { findFiles } from '../../../tools/source/find-files.ts'
import type { Tree } from './mutant.ts'

/** The source that is audited: without the trials of an unknown SDK, which `tidegauge-audit.yaml` leaves out. */
export async function sourceFiles({ source }: Tree): Promise<readonly FoundFile[]> {
  const files = await findFiles({ files: source, cwd: process.cwd(), problems: [] })
  return files.filter(({ path }) => !path.endsWith('otel/sdk/trials.ts'))
}

interface FoundFile {
  readonly file: string
  readonly path: string
}
