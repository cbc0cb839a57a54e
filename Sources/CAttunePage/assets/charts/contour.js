import {px, svg} from './svg.js';
import {finite, formatNumber} from './format.js';
import {axisScale} from './scale.js';
import {chartFrame} from './frame.js';
import {axisText, jitter} from './slice.js';
import {rampBar, rankGoodness, shade, SHADES} from './ramp.js';
import {inspectPoints} from './inspect.js';

const CELL = 5;

/**
 * What a model makes of two parameters, with the trials on top.
 * @param {object} data the answer of `contour`
 * @param {{width: number, height: number, metric: string, maximize: boolean, show?: 'mean'|'deviation',
 *   pick?: function}} options
 */
export function contourChart(data, {width, height, metric, maximize, show = 'mean', pick}) {
  const {points: trials} = data;
  const x = axisScale(data.x, trials.x);
  const y = axisScale(data.y, trials.y);
  const frame = chartFrame({
    width,
    height,
    label: `${metric} over ${data.x.name} and ${data.y.name}, ${trials.number.length} trials`,
    x: {scale: x, name: named(data.x)},
    y: {scale: y, name: named(data.y)},
    spare: 1,
  });
  const grid = data.model?.[show];
  if (grid) drawField(frame, data, grid, {x, y, up: show === 'mean' ? maximize : true});
  frame.element.append(fieldKey(grid?.flat() ?? trials.value, width, show, maximize, metric));
  const good = rankGoodness(grid && show === 'mean' ? grid.flat() : trials.value, maximize);
  const points =
    trials.number
      .map((number, i) => ({
             x: frame.x(trials.x[i]) + jitter(number, data.x, frame.area.right - frame.area.left),
             y: frame.y(trials.y[i]) + jitter(number * 7, data.y, frame.area.bottom - frame.area.top),
             number,
             value: trials.value[i],
             lines: [
               `Trial ${number}`, `${data.x.name} ${axisText(data.x, trials.x[i])}`,
               `${data.y.name} ${axisText(data.y, trials.y[i])}`, `${metric} ${formatNumber(trials.value[i])}`
             ],
           }))
      .filter((point) => finite(point.value) && finite(point.x) && finite(point.y));
  for (const point of points) {
    frame.plot.append(svg('circle', {
      class: show === 'mean' ? `field-mark fill-${shade(good(point.value))}` : 'field-mark field-seen',
      cx: px(point.x),
      cy: px(point.y),
      r: 3.2
    }));
  }
  inspectPoints(frame.element, points, {pick});
  return {
    element: frame.element,
    note: data.note ?? '',
    table: {
      head: ['Trial', data.x.name, data.y.name, metric],
      rows: trials.number.map(
        (n, i) => [n, axisText(data.x, trials.x[i]), axisText(data.y, trials.y[i]), formatNumber(trials.value[i])]),
    },
  };
}

/**
 * Trials over two parameters, shaded by their rank.
 * @param {object} data the answer of `rank`
 * @param {{width: number, height: number, metric: string, pick?: function}} options
 */
export function rankChart(data, {width, height, metric, pick}) {
  const frame = chartFrame({
    width,
    height,
    label: `Rank by ${metric} over ${data.x.name} and ${data.y.name}, ${data.number.length} trials`,
    x: {scale: axisScale(data.x, data.xs), name: named(data.x)},
    y: {scale: axisScale(data.y, data.ys), name: named(data.y)},
    spare: 1,
  });
  const points = data.number
                   .map((number, i) => ({
                          x: frame.x(data.xs[i]) + jitter(number, data.x, frame.area.right - frame.area.left),
                          y: frame.y(data.ys[i]) + jitter(number * 7, data.y, frame.area.bottom - frame.area.top),
                          number,
                          rank: data.rank[i],
                          lines: [
                            `Trial ${number}`, `${data.x.name} ${axisText(data.x, data.xs[i])}`,
                            `${data.y.name} ${axisText(data.y, data.ys[i])}`,
                            `better than ${Math.round((1 - data.rank[i]) * 100)} % of trials`
                          ],
                        }))
                   .filter((point) => finite(point.rank) && finite(point.x) && finite(point.y));
  for (const point of [...points].sort((a, b) => b.rank - a.rank)) {
    frame.plot.append(
      svg('circle', {class: `rank-mark fill-${shade(1 - point.rank)}`, cx: px(point.x), cy: px(point.y), r: 4}));
  }
  frame.element.append(rampBar(Math.max(width - 176, 60), 24, 108, 'worst', 'best'));
  inspectPoints(frame.element, points, {pick});
  const rows = points.map((point) => [point.number, ...point.lines.slice(1)]);
  return {element: frame.element, note: '', table: {head: ['Trial', data.x.name, data.y.name, 'Rank'], rows}};
}

function named(axis) {
  return axis.log ? `${axis.name} (logarithmic)` : axis.name;
}

/** Fills the area with squares of one shade each, row by row as runs, interpolating the model's grid. */
function drawField(frame, data, grid, {x, y, up}) {
  const {left, right, top, bottom} = frame.area;
  const good = rankGoodness(grid.flat(), up);
  const paths = Array.from({length: SHADES}, () => '');
  const columns = gridPositions(data.model.xs, x);
  const rows = gridPositions(data.model.ys, y);
  for (let v = top; v < bottom; v += CELL) {
    const row = weights(rows, (bottom - v - CELL / 2) / (bottom - top), categorical(data.y));
    let start = left;
    let current = -1;
    for (let u = left; u <= right + CELL; u += CELL) {
      const column = weights(columns, Math.min(1, (u + CELL / 2 - left) / (right - left)), categorical(data.x));
      const next = u >= right ? -2 : shade(good(bilinear(grid, row, column)));
      if (next === current) continue;
      if (current >= 0)
        paths[current] +=
          `M${px(start)} ${px(v)}H${px(Math.min(u, right))}v${px(Math.min(CELL, bottom - v))}H${px(start)}Z`;
      [start, current] = [u, next];
    }
  }
  paths.forEach((d, index) => d && frame.plot.append(svg('path', {class: `field fill-${index}`, d})));
}

function gridPositions(values, scale) {
  return values.map((value) => scale.position(value));
}

function categorical(axis) {
  return axis.kind === 'categorical' || axis.kind === 'bool';
}

/** Between which two lines of a grid a place lies, and how far along. */
function weights(positions, at, nearestOnly) {
  let upper = positions.findIndex((position) => position >= at);
  if (upper < 0) upper = positions.length - 1;
  const lower = Math.max(0, upper - 1);
  const span = positions[upper] - positions[lower];
  const share = span > 0 ? Math.max(0, Math.min(1, (at - positions[lower]) / span)) : 0;
  return {lower, upper, share: nearestOnly ? Math.round(share) : share};
}

function bilinear(grid, row, column) {
  const along = (line) => line[column.lower] * (1 - column.share) + line[column.upper] * column.share;
  return along(grid[row.lower]) * (1 - row.share) + along(grid[row.upper]) * row.share;
}

function fieldKey(values, width, show, maximize, metric) {
  const numbers = values.filter(finite);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  if (numbers.length === 0) return rampBar(Math.max(width - 176, 60), 24, 108, 'worst', 'best');
  const [from, to] = show === 'mean' && !maximize ? [high, low] : [low, high];
  const word = show === 'mean' ? metric : 'uncertainty';
  return rampBar(Math.max(width - 170, 120), 24, 110, `${word} ${formatNumber(from, 3)}`, formatNumber(to, 3));
}
