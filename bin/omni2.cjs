#!/usr/bin/env node
// Only what old Nodes read too, so that one is told what is missing and does not fail on syntax.
import { existsSync } from 'node:fs'

const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(`Omni2 needs Node 24 or newer; this is Node ${process.versions.node}.\n`)
  process.exit(1)
}

const source = new URL('../src/cli/main.ts', import.meta.url)
await import(existsSync(source) ? source.href : new URL('../dist/cli/main.js', import.meta.url).href)
