/** A QR code for the phone's app, drawn in elements. */
import { type ReactNode, useMemo } from 'react'
import { encode } from 'uqr'

/** Draws `text`. */
export function QrCode({ text, title }: { readonly text: string; readonly title: string }): ReactNode {
  const { size, data } = useMemo(() => encode(text, { border: 2 }), [text])
  const path = useMemo(
    () => data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ''))).join(''),
    [data],
  )
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={title} shapeRendering="crispEdges">
      <path d={path} fill="currentColor" />
    </svg>
  )
}
