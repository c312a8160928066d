/** Runs before every test file: properties are tried on the same examples each time, so that a red test is a change of
 *  the code and not of the dice. `npm run fuzz` rolls other dice each time. */
import fc from 'fast-check'

fc.configureGlobal({ seed: 2016 })
