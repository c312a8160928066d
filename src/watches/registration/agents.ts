/** What user agents say of themselves, judged once for each distinct one. */
import { limits } from '../../core/limits.ts'
import { latin1Bytes } from '../../formats/latin1.ts'
import { hashOf, Interner } from './interner.ts'
import { mayCarrySqlAgent } from './sqli/prefilter.ts'
import { type Tool, toolNamed } from './tools.ts'

export interface Agent {
  readonly id: number
  readonly text: string
  readonly tool: Tool | undefined
  /** True where the agent itself may carry SQL. */
  readonly mayCarrySql: boolean
}

/** Agents seen so far. A number is never given twice, also when the table had to be emptied: what a detection remembers
 *  of one agent must not fall to another. */
export class AgentTable {
  #agents = new Interner(limits.agentsMax)
  #known: Agent[] = []
  #firstId = 0

  /** How many agents had to be forgotten to make room. */
  get forgotten(): number {
    return this.#firstId
  }

  /** The agent in these bytes. `hash` is `hashSpan` of them. */
  of(bytes: Uint8Array, start: number, end: number, hash: number): Agent {
    let at = this.#agents.internHashed(bytes, start, end, hash)
    if (at < 0) {
      // Only somebody who changes his agent with every request fills the table: what was seen matters less than that.
      this.#firstId += this.#known.length
      this.#empty()
      at = this.#agents.internHashed(bytes, start, end, hash)
    }
    const known = this.#known[at]
    if (known !== undefined) return known
    const text = this.#agents.text(at)
    const agent = {
      id: this.#firstId + at,
      text,
      tool: toolNamed(text),
      mayCarrySql: mayCarrySqlAgent(bytes, start, end),
    }
    this.#known[at] = agent
    return agent
  }

  #empty(): void {
    this.#agents = new Interner(limits.agentsMax)
    this.#known = []
  }

  save(): SavedAgents {
    return { texts: this.#known.map((agent) => agent.text), firstId: this.#firstId }
  }

  restore({ texts, firstId }: SavedAgents): void {
    this.#empty()
    this.#firstId = firstId
    for (const text of texts) {
      const bytes = latin1Bytes(text)
      this.of(bytes, 0, bytes.length, hashOf(bytes))
    }
  }
}

/** What a table of agents is restored from. */
export interface SavedAgents {
  readonly texts: readonly string[]
  readonly firstId: number
}
