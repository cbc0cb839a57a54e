import {finite, formatDuration, formatNumber} from './format.js';

/**
 * A scale turns values into shares of an axis, 0 at its start and 1 at its end.
 * @typedef {{position: function(number): number, value: function(number): number,
 *   ticks: function(number): Array<{value: number, label: string}>, domain: Array<number>}} Scale
 */

/** @returns {Scale} even distances */
export function linearScale(low, high) {
  const [a, b] = apart(low, high);
  return {
    domain: [a, b],
    position: (value) => (value - a) / (b - a),
    value: (share) => a + share * (b - a),
    ticks: (count) => evenTicks(a, b, count).map((value) => ({value, label: formatNumber(value)})),
  };
}

/** @returns {Scale} even distances, ticks at whole numbers */
export function wholeScale(low, high) {
  const scale = linearScale(low, high);
  return {...scale, ticks: (count) => scale.ticks(count).filter((tick) => Number.isInteger(tick.value))};
}

/** @returns {Scale} even ratios; both ends are positive */
export function logScale(low, high) {
  const [a, b] = low < high ? [low, high] : [low / 2, low * 2];
  const [start, end] = [Math.log(a), Math.log(b)];
  return {
    domain: [a, b],
    position: (value) => (Math.log(value) - start) / (end - start),
    value: (share) => Math.exp(start + share * (end - start)),
    ticks: (count) => logTicks(a, b, count).map((value) => ({value, label: formatNumber(value)})),
  };
}

/** @returns {Scale} of named values by their index, with half a step free at either end */
export function categoryScale(names) {
  const count = Math.max(1, names.length);
  return {
    domain: [0, count - 1],
    position: (index) => (index + 0.5) / count,
    value: (share) => Math.min(count - 1, Math.max(0, share * count - 0.5)),
    ticks: () => names.map((name, value) => ({value, label: String(name)})),
  };
}

/** @returns {Scale} of seconds, with ticks at round lengths of time */
export function timeScale(low, high) {
  const scale = linearScale(low, high);
  const ticks = (count) => {
    const span = scale.domain[1] - scale.domain[0];
    const steps =
      [0.001, 0.01, 0.1, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
    const step = steps.find((length) => span / length <= count) ?? Math.ceil(span / count / 86400) * 86400;
    return multiples(step, ...scale.domain)
      .map((value) => ({value, label: value === 0 ? '0' : formatDuration(value)}));
  };
  return {...scale, ticks};
}

/** @returns {Scale} of a parameter as its axis describes it, wide enough for the values seen */
export function axisScale(axis, values = []) {
  if (axis.kind === 'categorical' || axis.kind === 'bool') return categoryScale(axis.values ?? ['false', 'true']);
  const seen = extent([...(axis.values ?? []), ...values]);
  const low = Math.min(finite(axis.min) ? axis.min : Infinity, seen[0]);
  const high = Math.max(finite(axis.max) ? axis.max : -Infinity, seen[1]);
  if (!finite(low) || !finite(high)) return linearScale(0, 1);
  const scale = axis.log && low > 0 ? logScale(low, high) : linearScale(low, high);
  if (axis.kind === 'int' && high - low <= 6) return {...scale, ticks: () => wholeTicks(low, high)};
  return scale;
}

/**
 * The scale of an objective, without the far outliers that would press everything else flat.
 * @param {Array<number>} values what is drawn
 * @param {Array<number>} [kept] what must be inside, the best values mostly
 * @param {Array<number>} [core] the values that say how wide the scale is, such as those of trials that succeeded
 * @returns {Scale & {beyond: number}} `beyond` values are outside
 */
export function valueScale(values, kept = [], core = values) {
  const sorted = values.filter(finite).sort((a, b) => a - b);
  if (sorted.length === 0) return {...linearScale(0, 1), beyond: 0};
  const middling = core.filter(finite).sort((a, b) => a - b);
  const measure = middling.length < 8 ? sorted : middling;
  const at = (share) => measure[Math.round(share * (measure.length - 1))];
  const [low, high] = [at(0.08), at(0.92)];
  const middle = high - low;
  const room = middle > 0 ? 2.5 * middle : Infinity;
  const inside = [Math.max(sorted[0], low - room), Math.min(sorted.at(-1), high + room), ...kept.filter(finite)];
  const [a, b] = extent(inside);
  const pad = (b - a) * 0.06 || Math.abs(a) * 0.05 || 0.5;
  const scale = linearScale(a - pad, b + pad);
  const beyond = sorted.filter((value) => value < scale.domain[0] || value > scale.domain[1]).length;
  return {...scale, beyond};
}

/** The smallest and largest finite value. */
export function extent(values) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!finite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function apart(low, high) {
  if (low < high) return [low, high];
  const room = Math.abs(low) * 0.1 || 1;
  return [low - room, low + room];
}

function evenTicks(low, high, count) {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough;
  return multiples(step, low, high);
}

function multiples(step, low, high) {
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k += 1) {
    ticks.push(Number((k * step).toPrecision(12)));
  }
  return ticks;
}

function logTicks(low, high, count) {
  const decades = Math.log10(high / low);
  const factors = decades > count ? [1] : decades * 3 <= count ? [1, 2, 5] : decades * 2 <= count ? [1, 3] : [1];
  const stride = Math.max(1, Math.ceil(decades / count));
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += stride) {
    for (const factor of factors) {
      const value = Number((factor * 10 ** power).toPrecision(6));
      if (value >= low * 0.999 && value <= high * 1.001) ticks.push(value);
    }
  }
  return ticks.length > 1 ? ticks : evenTicks(low, high, count).filter((value) => value > 0);
}

function wholeTicks(low, high) {
  const ticks = [];
  for (let value = Math.ceil(low); value <= high; value += 1) ticks.push({value, label: String(value)});
  return ticks;
}
