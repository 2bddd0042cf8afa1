import type { Reporter, TestModule } from 'vitest/node'

/** Ends a run with what its tests measured, as the table of `docs/reliability.md`. */
export default class FaultTable implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = modules.flatMap((module) =>
      [...module.children.allTests('passed')].flatMap((test) => {
        const { measured } = test.meta()
        return measured ? [`| ${measured.fault} | ${test.name} | ${measured.figures.join('; ')} |`] : []
      }),
    )
    process.stdout.write(`\n| fault | what happens | measured |\n|---|---|---|\n${rows.join('\n')}\n`)
  }
}
