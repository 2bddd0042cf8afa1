import { reap } from './reaper.ts'

// A process of its own: the last act after an Omni2 that died. See guardian.ts.
const [directory, owner] = process.argv.slice(2)
if (directory && owner) await reap(directory, (mark) => mark.startsWith(owner))
