/**
 * Preloaded into Omni2 by the demo: should the demo end without a word, Omni2 ends as if it were asked to. JavaScript, for
 * TypeScript would make Node load a compiler, 10 MiB that an installed Omni2 never has.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.channel?.unref()
