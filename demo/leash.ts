/** Preloaded into Omni2 by the demo: should the demo end without a word, Omni2 ends as if it were asked to. */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.channel?.unref()
