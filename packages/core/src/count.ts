/**
 * A count with its noun, as sentences have it: `1 blob`, `2 blobs`, `1,024 blobs`.
 *
 * @param noun - In the singular; its plural ends in `s`.
 */
export function formatCount(count: number | bigint, noun: string): string {
  const digits = count.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  return `${digits} ${noun}${digits === '1' ? '' : 's'}`
}
