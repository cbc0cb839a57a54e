import { svg } from './svg.js';

/** How many shades a ramp has; the style sheet gives them their colours, light and dark. */
export const SHADES = 9;

/** The shade, 0 worst to 8 best, of a share from 0 worst to 1 best. */
export function shade(share) {
  return Math.max(0, Math.min(SHADES - 1, Math.floor(share * SHADES)));
}

/**
 * Turns values into shares from 0 worst to 1 best, by the quantiles in between so that outliers do not use up the shades.
 * @param {Array<number>} values
 * @param {boolean} maximize
 */
export function goodness(values, maximize) {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  if (sorted.length === 0) return () => 0;
  const [low, high] = [sorted[Math.floor(sorted.length * 0.05)], sorted[Math.ceil(sorted.length * 0.95) - 1]];
  const [worst, best] = maximize ? [low, sorted.at(-1)] : [high, sorted[0]];
  return (value) => (best === worst ? 1 : Math.max(0, Math.min(1, (value - worst) / (best - worst))));
}

/** Turns values into shares from 0 worst to 1 best, by their rank. */
export function rankGoodness(values, maximize) {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => (maximize ? a - b : b - a));
  const ranks = new Map(sorted.map((value, index) => [value, index / Math.max(1, sorted.length - 1)]));
  return (value) => ranks.get(value) ?? 0;
}

/** A bar that explains the shades, as wide as given. */
export function rampBar(x, y, width, from, to) {
  const step = width / SHADES;
  const group = svg('g', { class: 'ramp-bar', 'aria-hidden': 'true' });
  for (let i = 0; i < SHADES; i += 1) {
    group.append(svg('rect', { class: `fill-${i}`, x: x + i * step, y, width: step + 0.4, height: 8 }));
  }
  group.append(
    svg('text', { class: 'legend', x: x - 6, y: y + 8, 'text-anchor': 'end' }, from),
    svg('text', { class: 'legend', x: x + width + 6, y: y + 8 }, to));
  return group;
}
