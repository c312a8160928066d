/** Counts the tests of a run and prints `N passed, N failed` as the very last line, whatever else is printed before.
 *  A file that cannot be loaded and an error outside any test count as failures; nothing is counted twice. */
import type { Reporter, TestModule } from 'vitest/node'

interface Count {
  passed: number
  failed: number
  skipped: number
}

/** The last line, in the words that the continuous integration reads. */
export function countLine({ passed, failed, skipped }: Count): string {
  const line = `${passed} passed, ${failed} failed`
  return skipped === 0 ? line : `${line}, ${skipped} skipped`
}

/** Counts tests, and adds one failure for each file or run that failed without a failing test of its own. */
export function countModules(modules: readonly TestModule[], errorCount: number): Count {
  const count: Count = { passed: 0, failed: errorCount, skipped: 0 }
  for (const module of modules) {
    let failedHere = 0
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === 'passed') count.passed++
      else if (state === 'skipped') count.skipped++
      else failedHere++
    }
    if (failedHere === 0 && module.state() === 'failed') failedHere = 1
    count.failed += failedHere
  }
  return count
}

export default class CountReporter implements Reporter {
  #count: Count = { passed: 0, failed: 1, skipped: 0 }

  onInit(): void {
    // At exit, because the runner itself may still have something to say after the last test.
    process.on('exit', (code) => {
      if (this.#count.failed > 0 && code === 0) process.exitCode = 1
      process.stdout.write(`${countLine(this.#count)}\n`)
    })
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    this.#count = countModules(modules, errors.length)
    if (this.#count.passed + this.#count.failed + this.#count.skipped === 0) this.#count.failed = 1
  }
}
