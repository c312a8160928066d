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
  /** True for programs that fetch pages without a browser: they tell nothing by it, but no person waits behind them. */
  readonly automatic: boolean
  /** True where the agent itself may carry SQL. */
  readonly mayCarrySql: boolean
}

const automatic =
  /^(?:curl|wget|python|go-http|java|okhttp|libwww|perl|ruby|php|node|axios|httpie|aiohttp|http_request)/i

/** Agents seen so far. */
export class AgentTable {
  #agents = new Interner(limits.agentsMax)
  #known: Agent[] = []

  /** The agent in these bytes. `hash` is `hashSpan` of them. */
  of(bytes: Uint8Array, start: number, end: number, hash: number): Agent {
    let id = this.#agents.internHashed(bytes, start, end, hash)
    if (id < 0) {
      // Only somebody who changes his agent with every request fills the table: what was seen matters less than that.
      this.#agents = new Interner(limits.agentsMax)
      this.#known = []
      id = this.#agents.internHashed(bytes, start, end, hash)
    }
    const known = this.#known[id]
    if (known !== undefined) return known
    const text = this.#agents.text(id)
    const agent: Agent = {
      id,
      text,
      tool: toolNamed(text),
      automatic: text === '' || automatic.test(text),
      mayCarrySql: mayCarrySqlAgent(bytes, start, end),
    }
    this.#known[id] = agent
    return agent
  }

  save(): readonly string[] {
    return this.#known.map((agent) => agent.text)
  }

  restore(texts: readonly string[]): void {
    this.#agents = new Interner(limits.agentsMax)
    this.#known = []
    for (const text of texts) {
      const bytes = latin1Bytes(text)
      this.of(bytes, 0, bytes.length, hashOf(bytes))
    }
  }
}
