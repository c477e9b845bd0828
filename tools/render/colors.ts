export type Theme = 'dark' | 'light'

/** The colours that Grafana gives series one after the other, "classic palette". */
export const classicPalette: readonly string[] = [
  '#73BF69',
  '#F2CC0C',
  '#8AB8FF',
  '#FF780A',
  '#F2495C',
  '#5794F2',
  '#B877D9',
  '#705DA0',
  '#37872D',
  '#FADE2A',
  '#447EBC',
  '#C15C17',
  '#890F02',
  '#0A437C',
  '#6D1F62',
  '#584477',
  '#B7DBAB',
  '#F4D598',
  '#70DBED',
  '#F9BA8F',
  '#F29191',
  '#82B5D8',
  '#E5A8E2',
  '#AEA2E0',
  '#629E51',
  '#E5AC0E',
  '#64B0C8',
  '#E0752D',
  '#BF1B00',
  '#0A50A1',
  '#962D82',
  '#614D93',
  '#9AC48A',
  '#F2C96D',
  '#65C5DB',
  '#F9934E',
  '#EA6460',
  '#5195CE',
  '#D683CE',
  '#806EB7',
]

/** Colour of the series at a place in the palette, which starts over at its end. */
export function paletteColor(index: number, theme: Theme): string {
  const color = classicPalette[index % classicPalette.length] ?? '#73BF69'
  return theme === 'light' ? (onWhite[color] ?? color) : color
}

/** A colour as dashboards write it, by name or as CSS. What is neither becomes grey: it goes into a style. */
export function cssColor(name: string | undefined, theme: Theme): string {
  const color = name?.trim() ?? ''
  if (color === 'transparent') return color
  if (color === 'text') return theme === 'dark' ? '#ccccdc' : '#24292e'
  const [, shade = '', hue = ''] = /^(?:(super-light|light|semi-dark|dark)-)?([a-z]+)$/.exec(color) ?? []
  const shades = Object.hasOwn(hues, hue) ? hues[hue] : undefined
  if (shades !== undefined) return shades[theme][shadeIndex[shade] ?? 2] ?? shades[theme][2]
  if (/^#[\da-f]{3,8}$/i.test(color) || /^(?:rgb|hsl)a?\([\d\s.,%/]+\)$/i.test(color)) return color
  return Object.hasOwn(plainColors, color) ? (plainColors[color] ?? grey) : grey
}

/** The colour with an opacity between 0 and 1. */
export function withOpacity(color: string, opacity: number): string {
  return color === 'transparent'
    ? color
    : `color-mix(in srgb, ${color} ${Math.round(opacity * 100)}%, transparent)`
}

/** Black or white, whichever can be read on a colour. */
export function readableOn(color: string): string {
  const channels = channelsOf(color)
  if (channels === undefined) return '#ffffff'
  const [red, green, blue] = channels
  return red * 0.299 + green * 0.587 + blue * 0.114 > 160 ? '#1f2023' : '#ffffff'
}

/** Red, green and blue of a colour that is written with `#`; undefined for others. */
export function channelsOf(color: string): readonly [number, number, number] | undefined {
  const short = /^#([\da-f])([\da-f])([\da-f])[\da-f]?$/i.exec(color)
  const digits = short
    ? short.slice(1, 4).map((digit) => digit + digit)
    : /^#(..)(..)(..)/.exec(color)?.slice(1, 4)
  if (digits === undefined) return undefined
  const [red = 0, green = 0, blue = 0] = digits.map((pair) => Number.parseInt(pair, 16))
  return [red, green, blue]
}

/** The colour between some others, at a place from 0 to 1. */
export function between(colors: readonly string[], at: number): string {
  const place = Math.min(1, Math.max(0, at)) * (colors.length - 1)
  const from = channelsOf(colors[Math.floor(place)] ?? grey) ?? [0, 0, 0]
  const to = channelsOf(colors[Math.ceil(place)] ?? grey) ?? [0, 0, 0]
  const mixed = from.map((channel, index) => Math.round(channel + ((to[index] ?? 0) - channel) * (place % 1)))
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}

const grey = '#808080'

/** From super-light to dark. */
const shadeIndex: Readonly<Record<string, number>> = {
  'super-light': 0,
  light: 1,
  '': 2,
  'semi-dark': 3,
  dark: 4,
}

type Shades = readonly [string, string, string, string, string]

const hues: Readonly<Record<string, Readonly<Record<Theme, Shades>>>> = {
  red: {
    dark: ['#FFA6B0', '#FF7383', '#F2495C', '#E02F44', '#C4162A'],
    light: ['#FF7383', '#F2495C', '#E02F44', '#C4162A', '#AD0317'],
  },
  orange: {
    dark: ['#FFCB7D', '#FFB357', '#FF9830', '#FF780A', '#FA6400'],
    light: ['#FFB357', '#FF9830', '#FF780A', '#FA6400', '#E55400'],
  },
  yellow: {
    dark: ['#FFF899', '#FFEE52', '#FADE2A', '#F2CC0C', '#E0B400'],
    light: ['#FFEE52', '#FADE2A', '#F2CC0C', '#E0B400', '#CC9D00'],
  },
  green: {
    dark: ['#C8F2C2', '#96D98D', '#73BF69', '#56A64B', '#37872D'],
    light: ['#96D98D', '#73BF69', '#56A64B', '#37872D', '#19730E'],
  },
  blue: {
    dark: ['#C0D8FF', '#8AB8FF', '#5794F2', '#3274D9', '#1F60C4'],
    light: ['#8AB8FF', '#5794F2', '#3274D9', '#1F60C4', '#1250B0'],
  },
  purple: {
    dark: ['#DEB6F2', '#CA95E5', '#B877D9', '#A352CC', '#8F3BB8'],
    light: ['#CA95E5', '#B877D9', '#A352CC', '#8F3BB8', '#7C2EA3'],
  },
}

const plainColors: Readonly<Record<string, string>> = {
  white: '#ffffff',
  black: '#000000',
  gray: grey,
  grey,
  cyan: '#00ffff',
  magenta: '#ff00ff',
  brown: '#a52a2a',
  pink: '#ffc0cb',
  gold: '#ffd700',
  navy: '#000080',
  teal: '#008080',
  lime: '#00ff00',
}

/** Colours of the palette that would be too pale on a light page. */
const onWhite: Readonly<Record<string, string>> = {
  '#73BF69': '#56A64B',
  '#F2CC0C': '#E0B400',
  '#8AB8FF': '#5794F2',
  '#5794F2': '#3274D9',
  '#F2495C': '#E02F44',
  '#B877D9': '#A352CC',
  '#FADE2A': '#CC9D00',
}
