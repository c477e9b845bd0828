import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cleanClassic, cleanElements } from '../../../tools/dashboards/testing/clean.ts'
import { variedDashboards } from '../../../tools/dashboards/testing/varied.ts'
import { findFiles } from '../../groups.ts'
import * as seeds from './seeds.ts'

/** What a command reads, by what it takes it for. */
export type Kind =
  | 'dashboard'
  | 'rules'
  | 'scrape'
  | 'catalog'
  | 'auditSettings'
  | 'generateSettings'
  | 'thresholds'
  | 'baseline'
  | 'configuration'
  | 'source'
  | 'answers'

export interface Sample {
  readonly text: string
  /** With the dot; what a file is read as depends on it. */
  readonly extension: string
}

export type Corpus = Readonly<Record<Kind, readonly Sample[]>>

/** Sound files of every kind, which mutations begin with. */
export function readCorpus(): Corpus {
  const json = (value: unknown) => ({ text: JSON.stringify(value, null, 2), extension: '.json' })
  const yaml = (text: string) => ({ text, extension: '.yaml' })
  return {
    dashboard: [
      ...filesOf('{dashboards,test/audit/foreign/**}/*.json').filter(({ text }) => text.includes('"panels"')),
      ...variedDashboards.map(({ text }) => ({ text, extension: '.json' })),
      json(cleanClassic()),
      json(cleanElements()),
    ],
    rules: filesOf('{dashboards/alerts,test/audit/foreign/**/rules}/*.yaml'),
    scrape: filesOf('test/audit/**/*.txt').filter(({ text }) => text.startsWith('# ')),
    catalog: [seeds.catalog, seeds.catalogOfMetrics].map(yaml),
    auditSettings: [yaml(seeds.auditSettings)],
    generateSettings: [yaml(seeds.generateSettings)],
    thresholds: [yaml(seeds.thresholds)],
    baseline: [{ text: seeds.baseline, extension: '.json' }],
    configuration: filesOf('otel/config/*.yaml'),
    source: filesOf('{test/audit/foreign,examples}/**/*.{ts,js,go,py,rs}'),
    answers: [{ text: seeds.answers, extension: '.json' }],
  }
}

const root = join(import.meta.dirname, '../../..')

function filesOf(pattern: string): readonly Sample[] {
  const files = findFiles(pattern).filter((file) => !/package|tsconfig|biome/.test(file))
  if (files.length === 0) throw new Error(`nothing to begin with: ${pattern} matches no file`)
  return files.map((file) => ({
    text: readFileSync(join(root, file), 'utf8'),
    extension: /\.\w+$/.exec(file)?.[0] ?? '',
  }))
}
