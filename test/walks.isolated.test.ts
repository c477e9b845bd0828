import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import {
  walkOfEntry,
  walkOfFrame,
  walkOfRecording,
  walkOfRepo,
  walkOfScrape,
  walkOfVariable,
} from './walks/walks.ts'

const page = readFileSync(join(import.meta.dirname, '../docs/architecture.md'), 'utf8')

/** The files that the page names under a heading. */
function filesUnder(heading: string): readonly string[] {
  const [, section = ''] = page.split(`### ${heading}\n`)
  const [text = ''] = section.split('\n## ')[0]?.split('\n### ') ?? []
  return [...text.matchAll(/`((?:otel|tools|src)\/[^`]+\.ts)`/g)].map(([, file = '']) => file).sort()
}

describe('docs/architecture.md', () => {
  const walks = [
    { of: 'a frame', take: walkOfFrame },
    { of: 'a repo', take: walkOfRepo },
    { of: 'a measurement', take: walkOfRecording },
    { of: 'a scrape', take: walkOfScrape },
    { of: 'a variable', take: walkOfVariable },
    { of: 'a catalog entry', take: walkOfEntry },
  ]
  for (const { of, take } of walks)
    it(`names the files that ${of} passes through`, async () => {
      assert.deepEqual(filesUnder(`The walk of ${of}`), await take())
    })
})
