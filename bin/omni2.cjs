#!/usr/bin/env node
'use strict'
// CommonJS, and only what old Nodes read too, so that one is told what is missing and does not fail on syntax.
const { existsSync } = require('fs')
const path = require('path')
const { setFlagsFromString } = require('v8')

const NEEDED = 24
const found = process.versions.node
if (Number(found.split('.')[0]) < NEEDED) {
  process.stderr.write(
    [
      `Omni2 needs Node ${NEEDED} or newer. This is Node ${found}, ${process.execPath}`,
      `Get a newer one from https://nodejs.org/en/download, or with a version manager: nvm install ${NEEDED}`,
      '',
    ].join('\n'),
  )
  process.exitCode = 1
} else {
  // Most of what a start allocates stays. V8 would let the young generation of its heap grow for that, to 11 MiB that an idle
  // Omni2 never uses. Once it is started, it may grow.
  setFlagsFromString('--semi-space-growth-factor=1')
  // The old one may double until it is collected again, and not become four times as large: how far it may go next is decided at
  // each collection, and the last one of a start would let the first checks fill it with what nobody needs.
  setFlagsFromString('--heap-growing-percent=100')
  const source = path.join(__dirname, '../src/cli/main.ts')
  void import(existsSync(source) ? source : path.join(__dirname, '../dist/server/main.js'))
}
