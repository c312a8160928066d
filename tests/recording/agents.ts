/** User agents of invented visitors: the usual shapes of browsers, crawlers and monitors of the time. */
import type { Random } from './random.ts'

const chromeVersions = ['137.0.0.0', '138.0.0.0', '139.0.0.0', '140.0.0.0'] as const
const firefoxVersions = ['128.0', '140.0', '141.0', '142.0'] as const

const platforms: readonly (readonly [(random: Random) => string, number])[] = [
  [
    (random) =>
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${random.pick(chromeVersions)} Safari/537.36`,
    26,
  ],
  [
    (random) =>
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${random.pick(chromeVersions)} Safari/537.36 Edg/${random.pick(chromeVersions)}`,
    12,
  ],
  [
    (random) =>
      `Mozilla/5.0 (iPhone; CPU iPhone OS 18_${random.integer(1, 6)} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.${random.integer(1, 6)} Mobile/15E148 Safari/604.1`,
    28,
  ],
  [
    (random) =>
      `Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${random.pick(chromeVersions)} Mobile Safari/537.36`,
    18,
  ],
  [
    (random) =>
      `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.${random.integer(1, 6)} Safari/605.1.15`,
    9,
  ],
  [
    (random) => {
      const version = random.pick(firefoxVersions)
      return `Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:${version}) Gecko/20100101 Firefox/${version}`
    },
    7,
  ],
]

export const browser = (random: Random): string => random.weighted(platforms)(random)

export const crawlers = [
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
  'DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)',
] as const

export const monitorAgent = 'UptimeWatch/3.2 (availability check)'
