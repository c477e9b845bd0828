import { z } from 'zod'
import { defineTool, reading } from '../tool.ts'

const levels = ['info', 'warning', 'error'] as const

const finding = z.object({
  check: z.string(),
  level: z.enum(levels),
  subject: z.string(),
  where: z.string(),
  reason: z.string(),
  mend: z.string(),
})

export const audit = defineTool({
  name: 'audit',
  title: 'Audit the metrics',
  description:
    'Compares what this node declares to measure with what it exposes now, and with the dashboards and alerts in its folder: what does not fit together, and how to mend it.',
  input: z.strictObject({
    level: z.enum(levels).default('info').describe('Leaves out findings that are less severe'),
    limit: z.int().min(1).max(500).default(50).describe('At most this many findings'),
  }),
  output: z.object({
    findings: z.array(finding).describe('The most severe first'),
    total: z.number().describe('How many findings of this level or above there are'),
    looked: z.array(z.string()).describe('What was looked at'),
    problems: z.array(z.string()).describe('What could not be read'),
  }),
  annotations: reading,
  run: async (node, { level, limit }, { onProgress }) => {
    onProgress('the metrics are being read')
    const { findings, looked, problems } = await node.audit()
    const severe = findings.filter((one) => levels.indexOf(one.level) >= levels.indexOf(level))
    return {
      findings: severe.slice(0, limit),
      total: severe.length,
      looked: [...looked],
      problems: [...problems],
    }
  },
})
