import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { check } from './check.ts'
import { fleet } from './fleet.ts'
import { history } from './history.ts'
import { hung } from './hung.ts'
import { list } from './list.ts'
import { type Measurement, report } from './report.ts'
import { start } from './start.ts'
import { ws } from './ws.ts'

const MEASUREMENTS: readonly Measurement[] = [check, fleet, history, hung, start, list, ws]

/** One measurement, named on the command line; all of them without a name, each in a process of its own. */
const [name] = process.argv.slice(2)
if (name === undefined) for (const measurement of MEASUREMENTS) await inItsOwnProcess(measurement)
else await measure(name)

async function measure(wanted: string): Promise<void> {
  const found = MEASUREMENTS.find((measurement) => measurement.name === wanted)
  if (!found) throw new Error(`Known are ${MEASUREMENTS.map((measurement) => measurement.name).join(', ')}`)
  await report(found.name, await found.run())
}

async function inItsOwnProcess(measurement: Measurement): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [import.meta.filename, measurement.name], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  if (code !== 0) process.exitCode = 1
}
