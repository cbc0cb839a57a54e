import {svg} from './svg.js';

/** How many shades a ramp has; the style sheet gives them their colours, light and dark. */
export const SHADES = 9;

/** The shade, 0 worst to 8 best, of a share from 0 worst to 1 best. */
export function shade(share) {
  return Math.max(0, Math.min(SHADES - 1, Math.floor(share * SHADES)));
}

/** Turns values into shares from 0 worst to 1 best, by their rank among those given or where they would stand. */
export function rankGoodness(values, maximize) {
  const sign = maximize ? 1 : -1;
  const sorted = values.filter((value) => Number.isFinite(value)).map((value) => sign * value).sort((a, b) => a - b);
  return (value) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] <= sign * value)
        low = middle + 1;
      else
        high = middle;
    }
    return low / Math.max(1, sorted.length);
  };
}

/** A bar that explains the shades, as wide as given. */
export function rampBar(x, y, width, from, to) {
  const step = width / SHADES;
  const group = svg('g', {class: 'ramp-bar', 'aria-hidden': 'true'});
  for (let i = 0; i < SHADES; i += 1) {
    group.append(svg('rect', {class: `fill-${i}`, x: x + i * step, y, width: step + 0.4, height: 8}));
  }
  group.append(
    svg('text', {class: 'legend', x: x - 6, y: y + 8, 'text-anchor': 'end'}, from),
    svg('text', {class: 'legend', x: x + width + 6, y: y + 8}, to));
  return group;
}
