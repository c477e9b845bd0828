import { misspelt } from '../bend.ts'
import { type PanelJson, panelsOf, type TargetJson } from '../dashboard-places.ts'
import type { Kind, Mutant } from '../mutant.ts'

const ofOneNumber = 'on a stat that shows one number, which has no name'

/** Queries of panels besides their text: refId, legend, data source. */
export const kinds: readonly Kind[] = [
  targetKind('query removed', ({ targets }, at) => {
    targets.splice(at, 1)
  }),
  targetKind('query there twice', ({ targets }, at) => {
    targets.push({ ...targetAt(targets, at), refId: 'Z' })
  }),
  targetKind(
    'refId of another query',
    ({ targets }, at) => {
      targetAt(targets, at).refId = targets[(at + 1) % targets.length]?.refId ?? ''
    },
    ({ targets }) => targets.length > 1,
  ),
  targetKind('refId removed', ({ targets }, at) => {
    delete targetAt(targets, at).refId
  }),
  targetKind('query removed, its frame left', ({ targets }, at) => {
    delete targetAt(targets, at).expr
  }),
  targetKind('query hidden', ({ targets }, at) => {
    targetAt(targets, at).hide = true
  }),
  targetKind(
    'legend removed',
    ({ targets }, at) => {
      delete targetAt(targets, at).legendFormat
    },
    showsLegend,
    ofOneNumber,
  ),
  targetKind(
    'legend emptied',
    ({ targets }, at) => {
      targetAt(targets, at).legendFormat = ''
    },
    showsLegend,
    ofOneNumber,
  ),
  targetKind(
    'label of a legend misspelt',
    ({ targets }, at) => {
      const target = targetAt(targets, at)
      target.legendFormat = (target.legendFormat ?? '').replace(
        /\{\{(\w+)\}\}/,
        (_, label) => `{{${misspelt(label)}}}`,
      )
    },
    ({ targets }, at) => /\{\{/.test(targetAt(targets, at).legendFormat ?? ''),
  ),
  targetKind(
    'label of a legend dropped',
    ({ targets }, at) => {
      const target = targetAt(targets, at)
      target.legendFormat = (target.legendFormat ?? '').replace(/\{\{\w+\}\}/, '')
    },
    ({ targets }, at) => /\{\{/.test(targetAt(targets, at).legendFormat ?? ''),
  ),
  targetKind(
    'legend of another query',
    ({ targets }, at) => {
      targetAt(targets, at).legendFormat = targets[(at + 1) % targets.length]?.legendFormat ?? ''
    },
    ({ targets }) => targets.length > 1,
  ),
  targetKind('data source unknown', ({ targets }, at) => {
    targetAt(targets, at).datasource = { type: 'prometheus', uid: 'prom-old' }
  }),
  targetKind('variable of the data source misspelt', ({ targets }, at) => {
    targetAt(targets, at).datasource = { type: 'prometheus', uid: '$datasorce' }
  }),
  targetKind('data source of another kind', ({ targets }, at) => {
    targetAt(targets, at).datasource = { type: 'loki', uid: '$datasource' }
  }),
  targetKind(
    'query of one moment instead of a range',
    ({ targets }, at) => {
      Object.assign(targetAt(targets, at), { instant: true, range: false })
    },
    ({ type, options, targets }, at) =>
      targetAt(targets, at).instant !== true && (type === 'timeseries' || options?.graphMode === 'area'),
    'on panels that show the last value alone',
  ),
]

function targetKind(
  name: string,
  bend: (panel: PanelJson, at: number) => void,
  applies: (panel: PanelJson, at: number) => boolean = () => true,
  leftOut?: string,
): Kind {
  return {
    name: /query|legend|refId/.test(name) ? name : `${name}, of a query`,
    of: 'dashboards',
    ...(leftOut !== undefined && { leftOut }),
    *mutants(tree): Generator<Mutant> {
      for (const place of panelsOf(tree)) {
        for (const [at, { refId }] of place.json.targets.entries()) {
          if (!applies(place.json, at)) continue
          yield {
            what: `${place.what}, ${refId}`,
            get change() {
              return place.change((panel) => bend(panel, at))
            },
          }
        }
      }
    },
  }
}

function showsLegend({ type, targets }: PanelJson): boolean {
  return type !== 'stat' || targets.length > 1 || targets.some(({ expr = '' }) => /\bby\b/.test(expr))
}

function targetAt(targets: readonly TargetJson[], at: number): TargetJson {
  const target = targets[at]
  if (target === undefined) throw new RangeError(`there is no query ${at}`)
  return target
}
