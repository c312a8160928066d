/** The contract of a store: what every adapter must do, as one suite of tests. An adapter's test file calls it with a way
 *  to open an empty store. */
import { afterEach, beforeEach, describe } from 'vitest'
import { describeAnalysis } from './contract/analysis.fixture.ts'
import { describeIncidents } from './contract/incidents.fixture.ts'
import { describeLists } from './contract/lists.fixture.ts'
import { describeMails } from './contract/mails.fixture.ts'
import { describeMerges } from './contract/merges.fixture.ts'
import { describePeople } from './contract/people.fixture.ts'
import { clock, type Subject, startMs } from './contract/samples.fixture.ts'
import { describeTrail } from './contract/trail.fixture.ts'
import { describeUpkeep } from './contract/upkeep.fixture.ts'

/** Runs the contract against the store that `open` gives: empty each time, on the clock that is handed to it. */
export function describeStore(name: string, open: (now: () => number) => Promise<Subject>): void {
  describe(name, () => {
    let subject: Subject
    beforeEach(async () => {
      clock.nowMs = startMs
      subject = await open(() => clock.nowMs)
    })
    afterEach(async () => {
      await subject.end()
    })
    const given = (): Subject => subject
    describeAnalysis(given)
    describeIncidents(given)
    describeLists(given)
    describeMails(given)
    describeMerges(given)
    describePeople(given)
    describeTrail(given)
    describeUpkeep(given)
  })
}
