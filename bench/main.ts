import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { catalog } from './catalog.ts'
import { check } from './check.ts'
import { detect } from './detect.ts'
import { endless } from './endless.ts'
import { fleet } from './fleet.ts'
import { gateway } from './gateway.ts'
import { history } from './history.ts'
import { hung } from './hung.ts'
import { list } from './list.ts'
import { peers } from './peers.ts'
import { refusal } from './refusal.ts'
import { type Measurement, measure, summarize } from './report.ts'
import { sessions } from './sessions.ts'
import { start } from './start.ts'
import { streams } from './streams.ts'
import { transports } from './transports.ts'
import { ws } from './ws.ts'

const GROUPS: Readonly<Record<string, readonly Measurement[]>> = {
  monitor: [check, transports, fleet, start, hung, detect, refusal, list, ws],
  gateway: [gateway, streams, sessions, catalog, endless, peers],
  storage: [history],
}
const ALL = Object.values(GROUPS).flat()

const names = process.argv.slice(2)
const [name = ''] = names
const alone = names.length === 1 ? ALL.find((measurement) => measurement.name === name) : undefined
if (names.length === 0 || names.some((one) => one.startsWith('-'))) process.stdout.write(help())
else if (alone) await measure(alone)
else await measureAll(names.flatMap(named))

/** Each in a process of its own, so that none finds a heap that another one left. */
async function measureAll(measurements: readonly Measurement[]): Promise<void> {
  const done: string[] = []
  for (const measurement of measurements) {
    const child = spawn(process.execPath, [import.meta.filename, measurement.name], { stdio: 'inherit' })
    const [code] = await once(child, 'exit')
    if (code === 0) done.push(measurement.name)
    else process.exitCode = 1
  }
  await summarize(done)
}

function named(wanted: string): readonly Measurement[] {
  const found = GROUPS[wanted] ?? ALL.filter((measurement) => measurement.name === wanted)
  if (found.length === 0) throw new Error(`No measurement and no group is named ${wanted}; --help lists them`)
  return found
}

function help(): string {
  const lines = Object.entries(GROUPS).flatMap(([group, measurements]) => [
    `  ${group.padEnd(12)} ${total(measurements)} min  all of these`,
    ...measurements.map(
      ({ name, what, minutes }) => `    ${name.padEnd(10)} ${String(minutes).padStart(3)} min  ${what}`,
    ),
  ])
  return `npm run bench <group or name>...\n\n${lines.join('\n')}\n`
}

function total(measurements: readonly Measurement[]): string {
  return String(measurements.reduce((sum, { minutes }) => sum + minutes, 0)).padStart(3)
}
