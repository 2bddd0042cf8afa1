import type { Finding } from '../../server/doctor/finding.ts'
import type { Paint } from './paint.ts'
import { oneLine } from './printable.ts'

const MARKS = {
  ok: { sign: '✓', colour: 'good' },
  warning: { sign: '!', colour: 'warn' },
  problem: { sign: '✗', colour: 'bad' },
  skipped: { sign: '-', colour: 'quiet' },
} as const satisfies Record<Finding['level'], { sign: string; colour: keyof Paint }>

/** A line for each finding, with what to do under those that ask for it, and how many there are. */
export function doctorText(findings: readonly Finding[], paint: Paint): string {
  const width = Math.max(...findings.map(({ topic }) => topic.length))
  const lines = findings.flatMap(({ topic, level, message, nextAction }) => {
    const { sign, colour } = MARKS[level]
    return [
      `${paint[colour](sign)} ${topic.padEnd(width)}  ${oneLine(message)}`,
      ...(nextAction === undefined ? [] : [`${' '.repeat(width + 4)}Next: ${oneLine(nextAction)}`]),
    ]
  })
  return [...lines, '', summary(findings, paint)].join('\n')
}

function summary(findings: readonly Finding[], paint: Paint): string {
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length
  const [problems, warnings] = [count('problem'), count('warning')]
  if (problems + warnings === 0) return paint.good('Nothing is wrong.')
  const text = [named(problems, 'problem'), named(warnings, 'warning')].filter((part) => part !== '').join(', ')
  return problems > 0 ? paint.bad(text) : paint.warn(text)
}

const named = (count: number, word: string): string => (count === 0 ? '' : `${count} ${word}${count === 1 ? '' : 's'}`)
