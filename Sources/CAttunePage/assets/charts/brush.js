import {finite} from './format.js';

/**
 * Which trials lie in all ranges.
 * @param {object} data the answer of `parallel`
 * @param {Object<string, Array<number>>} ranges by parameter, and by `value` for the objective
 * @returns {Array<boolean>}
 */
export function selected(data, ranges) {
  const limits = Object.entries(ranges)
                   .map(([name, range]) => {
                     const index = data.axes.findIndex((axis) => axis.name === name);
                     return {range, column: index < 0 ? (name === 'value' ? data.value : null) : data.columns[index]};
                   })
                   .filter((limit) => limit.column);
  return data.number.map(
    (_, i) =>
      limits.every(({range, column}) => (finite(column[i]) && column[i] >= range[0] && column[i] <= range[1])));
}

/** Ranges as text for a URL: `rate~0.001~0.01;value~0.9~1`. */
export function brushText(ranges) {
  return Object.entries(ranges).map(([name, [low, high]]) => `${encodeURIComponent(name)}~${low}~${high}`).join(';');
}

/** The ranges of such text; what is no range is left out. */
export function brushRanges(text) {
  const ranges = {};
  for (const part of (text ?? '').split(';')) {
    const [name, low, high] = part.split('~');
    if (name && finite(Number(low)) && finite(Number(high)) && low !== '' && high !== undefined) {
      ranges[decodeURIComponent(name)] = [Number(low), Number(high)];
    }
  }
  return ranges;
}
