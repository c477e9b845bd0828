import { readTextFile } from '@tidegauge/otel/text-file'
import type { Dashboard } from '../dashboards/dashboard.ts'
import { readDashboard } from '../dashboards/read.ts'
import { expandFiles } from '../files/expand-files.ts'
import { isRuleTest, readRules } from '../rules/read.ts'
import type { RuleFile } from '../rules/rule-file.ts'

type OnProblem = (error: unknown) => void

/** Reads the dashboards that paths and patterns stand for. */
export async function readDashboards(
  paths: readonly string[],
  onProblem: OnProblem,
): Promise<readonly Dashboard[]> {
  return readFiles(paths, onProblem, (file, text) => readDashboard({ file, text }))
}

/** Reads the rule files that paths and patterns stand for; tests of rules among what a pattern matches are left out. */
export async function readRuleFiles(
  paths: readonly string[],
  onProblem: OnProblem,
): Promise<readonly RuleFile[]> {
  return readFiles(paths, onProblem, (file, text, isPattern) =>
    isPattern && isRuleTest(text) ? undefined : readRules({ file, text }),
  )
}

/** No dashboard or rule file is larger. */
const maxBytes = 32 * 1024 * 1024

async function readFiles<Content>(
  paths: readonly string[],
  onProblem: OnProblem,
  read: (file: string, text: string, isPattern: boolean) => Content | undefined,
): Promise<readonly Content[]> {
  const contents: Content[] = []
  for (const { file, isPattern } of await expandFiles(paths, onProblem)) {
    try {
      const content = read(file, await readTextFile(file, { maxBytes }), isPattern)
      if (content !== undefined) contents.push(content)
    } catch (error) {
      onProblem(error)
    }
  }
  return contents
}
