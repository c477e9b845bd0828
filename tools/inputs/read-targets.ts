import { expandFiles } from '../files/expand-files.ts'
import { isUrl } from '../files/http-text.ts'
import type { Target } from '../scrape/scrape.ts'
import { readTarget, type TargetOptions } from '../scrape/target.ts'

/** Scrapes URLs, and reads files of scrapes. The files of one list are one target; so is each URL. */
export async function readTargets(
  scrapes: readonly (string | readonly string[])[],
  scraping: TargetOptions,
  onProblem: (error: unknown) => void,
): Promise<readonly Target[]> {
  const read = await Promise.all(
    scrapes.map(async (one) => {
      const list = typeof one === 'string' ? [one] : one
      const urls = list.filter(isUrl)
      const files = await expandFiles(
        list.filter((each) => !isUrl(each)),
        onProblem,
      )
      const targets = await Promise.all(
        [...urls, ...files.map(({ file }) => file)].map((from) =>
          readTarget(from, scraping).catch((error) => onProblem(error)),
        ),
      )
      const scraped = targets.filter((target) => target !== undefined)
      return [...scraped.filter(({ url }) => isUrl(url)), ...inTime(scraped.filter(({ url }) => !isUrl(url)))]
    }),
  )
  return read.flat()
}

/** Files of one list are one target, which is called by the latest. */
function inTime(targets: readonly Target[]): readonly Target[] {
  const last = targets.at(-1)
  return last ? [{ url: last.url, scrapes: targets.flatMap(({ scrapes }) => scrapes) }] : []
}
