import { metricsReference } from '@tidegauge/tools'
import { components } from './catalog.ts'

/**
 * What is written about the metrics, in Markdown.
 *
 * @param component only this one. @default all of them
 * @returns undefined where there is no such component.
 */
export async function referenceOf(component?: string): Promise<string | undefined> {
  text ??= metricsReference(components)
  if (component === undefined) return text
  const title = components.find(({ name }) => name === component)?.title
  const sections = (await text).split(/^(?=## )/m)
  return sections.find((section) => section.startsWith(`## ${title}\n`))
}

let text: Promise<string> | undefined
