import type { Program, Terminal } from '../command.ts'

/** A terminal that keeps what is written to it. */
export function createTestTerminal(): { terminal: Terminal; written: { out: string; err: string } } {
  const written = { out: '', err: '' }
  const terminal: Terminal = {
    out: (text) => {
      written.out += text
    },
    err: (text) => {
      written.err += text
    },
    isInteractive: false,
  }
  return { terminal, written }
}

export const testProgram: Program = { name: 'tidegauge', version: '1.2.3', about: 'A program of tests.' }
