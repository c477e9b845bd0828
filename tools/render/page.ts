import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { bundle } from './bundle.ts'
import type { Theme } from './colors.ts'
import { type Html, html, trusted } from './html.ts'
import { styleSheet } from './style.ts'

export interface PageOptions {
  readonly title: string
  readonly theme: Theme
  readonly body: Html
}

/** A page that needs nothing but itself: script, style and font are in it, and its policy forbids it to load more. */
export async function page({ title, theme, body }: PageOptions): Promise<string> {
  const { scripts, styles } = await assets()
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`)
  const policy = `default-src 'none'; script-src ${hashes.join(' ')}; style-src 'unsafe-inline'; font-src data:; img-src data:; base-uri 'none'; form-action 'none'`
  return html`<!doctype html>
<html lang="en" data-theme="${theme}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="tidegauge">
<title>${title}</title>
<style>${trusted(styles)}</style>
</head>
<body>
${body}
${scripts.map((script) => html`<script>${trusted(script)}</script>\n`)}</body>
</html>
`.html
}

interface Assets {
  readonly scripts: readonly string[]
  readonly styles: string
}

let loaded: Promise<Assets> | undefined

/** Read once. */
function assets(): Promise<Assets> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<Assets> {
  const require = createRequire(import.meta.url)
  const uplot = require.resolve('uplot').replace(/[^/\\]+$/, '')
  const font = require.resolve('@fontsource-variable/inter').replace(/[^/\\]+$/, '')
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const [library, libraryStyle, letters, own] = await Promise.all([
    readFile(`${uplot}uPlot.iife.min.js`, 'utf8'),
    readFile(`${uplot}uPlot.min.css`, 'utf8'),
    readFile(`${font}files/inter-latin-wght-normal.woff2`, 'base64'),
    bundle(new URL(`./client/page.${extension}`, import.meta.url), 'drawPage'),
  ])
  const face = `@font-face{font-family:Inter;font-weight:100 900;src:url(data:font/woff2;base64,${letters}) format("woff2")}`
  return { scripts: [library, own], styles: `${face}${libraryStyle}${styleSheet}` }
}
