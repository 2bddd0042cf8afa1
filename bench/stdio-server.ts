import { writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { LEGACY, replyTo } from './answers.ts'

/** The cheapest MCP server over stdio; writes its number down where it is told to. */
const [pidFile] = process.argv.slice(2)
if (pidFile !== undefined) writeFileSync(pidFile, String(process.pid))
for await (const line of createInterface({ input: process.stdin })) {
  const reply = replyTo(line, LEGACY)
  if (reply) process.stdout.write(`${reply.text}\n`)
}
