import { textAt, valueAt } from '../dashboards/value-at.ts'
import { between, type Theme } from './colors.ts'
import { numberAt } from './field-config.ts'

/** The colours of a heatmap from few to many, as its options choose them. */
export function paletteOf(options: unknown, theme: Theme): readonly string[] {
  const scheme = textAt(options, 'color', 'scheme') ?? 'Oranges'
  const stops = (Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined) ?? schemes.Oranges ?? []
  // On a dark page the pale end is the one that stands out.
  const isInverted =
    (theme === 'dark' && !diverging.has(scheme)) || (diverging.has(scheme) && scheme !== 'Turbo')
  const isReversed = isInverted !== (valueAt(options, 'color', 'reverse') === true)
  const count = Math.min(128, Math.max(2, numberAt(options, 'color', 'steps') ?? 64))
  const ordered = isReversed ? stops.toReversed() : stops
  return Array.from({ length: count }, (_, index) => between(ordered, index / (count - 1)))
}

const diverging = new Set(['Spectral', 'RdYlGn', 'Turbo'])

/** Some stops of the colour schemes of d3-scale-chromatic, which Grafana uses. */
const schemes: Readonly<Record<string, readonly string[]>> = {
  Oranges: [
    '#fff5eb',
    '#fee6ce',
    '#fdd0a2',
    '#fdae6b',
    '#fd8d3c',
    '#f16913',
    '#d94801',
    '#a63603',
    '#7f2704',
  ],
  Blues: ['#f7fbff', '#deebf7', '#c6dbef', '#9ecae1', '#6baed6', '#4292c6', '#2171b5', '#08519c', '#08306b'],
  Greens: ['#f7fcf5', '#e5f5e0', '#c7e9c0', '#a1d99b', '#74c476', '#41ab5d', '#238b45', '#006d2c', '#00441b'],
  Purples: [
    '#fcfbfd',
    '#efedf5',
    '#dadaeb',
    '#bcbddc',
    '#9e9ac8',
    '#807dba',
    '#6a51a3',
    '#54278f',
    '#3f007d',
  ],
  Reds: ['#fff5f0', '#fee0d2', '#fcbba1', '#fc9272', '#fb6a4a', '#ef3b2c', '#cb181d', '#a50f15', '#67000d'],
  Greys: ['#ffffff', '#f0f0f0', '#d9d9d9', '#bdbdbd', '#969696', '#737373', '#525252', '#252525', '#000000'],
  YlOrRd: ['#ffffcc', '#ffeda0', '#fed976', '#feb24c', '#fd8d3c', '#fc4e2a', '#e31a1c', '#bd0026', '#800026'],
  Spectral: [
    '#9e0142',
    '#d53e4f',
    '#f46d43',
    '#fdae61',
    '#fee08b',
    '#ffffbf',
    '#e6f598',
    '#abdda4',
    '#66c2a5',
    '#3288bd',
    '#5e4fa2',
  ],
  RdYlGn: [
    '#a50026',
    '#d73027',
    '#f46d43',
    '#fdae61',
    '#fee08b',
    '#ffffbf',
    '#d9ef8b',
    '#a6d96a',
    '#66bd63',
    '#1a9850',
    '#006837',
  ],
  Viridis: [
    '#440154',
    '#482777',
    '#3f4a8a',
    '#31678e',
    '#26838f',
    '#1f9d8a',
    '#6cce5a',
    '#b6de2b',
    '#fee825',
  ],
  Turbo: [
    '#23171b',
    '#4860e6',
    '#2aabee',
    '#2ee5ae',
    '#6afd6a',
    '#c0ee3d',
    '#feb927',
    '#fe6e1a',
    '#c2270a',
    '#900c00',
  ],
}
