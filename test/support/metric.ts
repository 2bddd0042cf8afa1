import type { Omni2 } from './omni2.ts'

/** The sum of all samples of a metric whose labels hold `labels`, such as `outcome="ok"`. */
export async function metric(omni2: Omni2, name: string, labels = ''): Promise<number> {
  const lines = (await (await omni2.fetch('/metrics')).text()).split('\n')
  return lines
    .filter((line) => /^\w+/.exec(line)?.[0] === name && line.includes(labels))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
}
