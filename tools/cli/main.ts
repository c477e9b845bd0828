#!/usr/bin/env node
import manifest from '../package.json' with { type: 'json' }
import type { Program } from './command.ts'
import { runProgram } from './program.ts'
import { toolCommands } from './table.ts'

const program: Program = {
  name: 'tidegauge-tools',
  version: manifest.version,
  about:
    'tidegauge-tools audits metrics, dashboards and alerts of any service, and generates, updates and renders them.',
}

await runProgram(program, toolCommands(program))
