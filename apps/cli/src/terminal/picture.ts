/** A grey image in characters, so that a terminal can show what a model was asked about. */

const shades = ' .:-=+*#%@'

/**
 * Draws an image, two characters a pixel so that pixels look square.
 *
 * @param pixels - Row by row, shape [height × width], 0 (background) to `largest`.
 * @param width - Pixels in a row, > 0.
 * @param largest - The value of full ink.
 * @returns One string a row.
 */
export function drawImage(pixels: ArrayLike<number>, width: number, largest: number): string[] {
  const rows: string[] = []
  for (let start = 0; start + width <= pixels.length; start += width) {
    let row = ''
    for (let x = 0; x < width; x++) {
      const ink = Math.min(1, Math.max(0, pixels[start + x]! / largest))
      row += shades[Math.round(ink * (shades.length - 1))]!.repeat(2)
    }
    rows.push(row)
  }
  return rows
}
