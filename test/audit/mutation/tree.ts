import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { components } from '../../../src/catalog/catalog.ts'
import type { TextFile, Tree } from './mutant.ts'

const root = join(import.meta.dirname, '../../..')

/** The tree as it lies here: generated dashboards and rules, the catalog, and the scrape of a healthy service. */
export function readTree(): Tree {
  return {
    dashboards: filesOf('dashboards/*.json'),
    rules: filesOf('dashboards/alerts/*.yaml'),
    scrape: read('test/audit/mutation/scrape.txt'),
    catalog: components,
    source: [join(root, 'src'), join(root, 'otel')],
  }
}

function filesOf(pattern: string): readonly TextFile[] {
  return globSync(pattern, { cwd: root }).sort().map(read)
}

function read(file: string): TextFile {
  return { file, text: readFileSync(join(root, file), 'utf8') }
}
