/** Figures for Prometheus: the desk's own, and how the server answers. No label holds anything that a visitor chose. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Desk, DeskFigures } from '../desk/desk.ts'

interface Figure {
  readonly name: string
  readonly help: string
  readonly of: keyof DeskFigures
}

const counters: readonly Figure[] = [
  { name: 'bellwether_records_total', help: 'Records read.', of: 'recordsTotal' },
  { name: 'bellwether_rejects_total', help: 'Lines that could not be read.', of: 'rejectsTotal' },
  { name: 'bellwether_bytes_total', help: 'Bytes read.', of: 'bytesTotal' },
  { name: 'bellwether_lost_total', help: 'Messages lost before they reached the desk.', of: 'lostTotal' },
  { name: 'bellwether_findings_total', help: 'Findings made.', of: 'findingsTotal' },
]
const gauges: readonly Figure[] = [
  { name: 'bellwether_backlog_bytes', help: 'Bytes that wait to be read.', of: 'backlogBytes' },
  { name: 'bellwether_commit_seconds', help: 'How long the last writing to the store took.', of: 'commitSeconds' },
  { name: 'bellwether_checkpoint_seconds', help: 'How long the last checkpoint took.', of: 'checkpointSeconds' },
  { name: 'bellwether_checkpoint_bytes', help: 'Size of the last checkpoint.', of: 'checkpointBytes' },
  { name: 'bellwether_archive_bytes', help: 'Size of the archive.', of: 'archiveBytes' },
  { name: 'bellwether_incidents_open', help: 'Incidents that are not closed.', of: 'incidentsOpen' },
  { name: 'bellwether_blocks_active', help: 'Blocks in force.', of: 'blocksActive' },
]

/** Gathers and writes them. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #desk: Desk
  readonly #counters = new Map<Figure, Counter>()
  readonly #gauges = new Map<Figure, Gauge>()
  readonly #consoles: Gauge
  readonly #memory: Gauge
  readonly #consoleCount: () => number
  readonly requests: Histogram<'route' | 'method' | 'status'>

  constructor(desk: Desk, consoleCount: () => number) {
    this.#desk = desk
    this.#consoleCount = consoleCount
    const registers = [this.#registry]
    for (const figure of counters) {
      this.#counters.set(figure, new Counter({ name: figure.name, help: figure.help, registers }))
    }
    for (const figure of gauges) {
      this.#gauges.set(figure, new Gauge({ name: figure.name, help: figure.help, registers }))
    }
    this.#consoles = new Gauge({ name: 'bellwether_consoles_open', help: 'Consoles that wait for news.', registers })
    this.#memory = new Gauge({ name: 'process_resident_memory_bytes', help: 'Resident memory.', registers })
    this.requests = new Histogram({
      name: 'bellwether_http_request_seconds',
      help: 'Time from a request to its answer, by route.',
      labelNames: ['route', 'method', 'status'],
      buckets: [0.005, 0.02, 0.1, 0.2, 0.5, 1, 5],
      registers,
    })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** All figures as they are now. */
  async text(): Promise<string> {
    const figures = await this.#desk.figures()
    for (const [{ of }, counter] of this.#counters) {
      // The desk counts; this only passes its sum on.
      counter.reset()
      counter.inc(figures[of])
    }
    for (const [{ of }, gauge] of this.#gauges) gauge.set(figures[of])
    this.#consoles.set(this.#consoleCount())
    this.#memory.set(process.memoryUsage.rss())
    return this.#registry.metrics()
  }
}
