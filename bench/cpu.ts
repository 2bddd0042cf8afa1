/** CPU time of this process, all its threads, in microseconds. */
export function cpuMicros(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** Microseconds of CPU for each of the operations that `work` says it did. */
export async function cpuPerOperation(work: () => Promise<number>): Promise<number> {
  const before = cpuMicros()
  const operations = await work()
  return (cpuMicros() - before) / operations
}
