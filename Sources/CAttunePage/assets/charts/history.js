import {linePath, stepPath, svg} from './svg.js';
import {finite, formatCount, formatNumber} from './format.js';
import {extent, valueScale, wholeScale} from './scale.js';
import {chartFrame, clamped} from './frame.js';
import {stateLegend, stateMarks, stateWord} from './states.js';
import {inspectPoints} from './inspect.js';

const DASHES = ['', '7 4', '2 3', '9 3 2 3', '1 4'];

/**
 * Every trial's value in the order they began, and the best so far as a staircase.
 * @param {object} data the answer of `history`
 * @param {{width: number, height: number, pick?: function}} options
 */
export function historyChart(data, {width, height, pick}) {
  const kept = data.best?.value ?? [];
  const y = valueScale([...data.value, ...kept], kept, data.value.filter((_, i) => data.state[i] === 'S'));
  const x = wholeScale(1, Math.max(2, extent(data.number)[1], extent(data.best?.number ?? [])[1]));
  const shown = data.number.map((number, index) => ({number, value: data.value[index], state: data.state[index]}))
                  .filter((point) => finite(point.value));
  const frame = chartFrame({
    width,
    height,
    label: historyText(data),
    x: {scale: x, name: 'trial number'},
    y: {scale: y, name: `${data.metric}${direction(data.maximize)}`},
    legend: [...stateLegend(shown.map((point) => point.state)), bestKey('Best so far')],
  });
  const points = shown.map(
    (point) => ({
      x: frame.x(point.number),
      y: frame.y(clamped(y, point.value)),
      state: point.state,
      number: point.number,
      lines: [`Trial ${point.number}`, `${data.metric} ${formatNumber(point.value)}`, stateWord(point.state)],
    }));
  frame.plot.append(
    stateMarks(
      points,
      points.length > 600   ? 2 :
        points.length > 100 ? 3 :
                              4),
    bestLine(data.best, frame, x.domain[1], y));
  inspectPoints(frame.element, points, {pick});
  return {
    element: frame.element,
    note: beyondNote(y.beyond),
    table: {
      head: ['Trial', data.metric, 'State'],
      rows: shown.map((p) => [p.number, formatNumber(p.value), stateWord(p.state)])
    },
  };
}

/**
 * The best so far of several experiments.
 * @param {Array<object>} all answers of `history`, each with a name
 * @param {{width: number, height: number}} options
 */
export function historiesChart(all, {width, height}) {
  const values = all.flatMap((data) => data.best.value);
  const last = Math.max(2, ...all.map((data) => Math.max(data.total, data.best.number.at(-1) ?? 0)));
  const y = valueScale(values, all.map((data) => data.best.value.at(-1)));
  const x = wholeScale(1, last);
  const frame = chartFrame({
    width,
    height,
    label: `Best so far of ${all.map((data) => data.name).join(', ')}`,
    x: {scale: x, name: 'trial number'},
    y: {scale: y, name: `best ${all[0]?.metric ?? ''}${direction(all[0]?.maximize)}`},
    legend: all.map((data, index) => seriesKey(data.name, index)),
  });
  const points = [];
  all.forEach((data, index) => {
    const line = bestLine(data.best, frame, Math.max(data.total, 1), y);
    line.setAttribute('class', `series series-${index % 6}`);
    line.setAttribute('stroke-dasharray', DASHES[index % DASHES.length]);
    frame.plot.append(line);
    data.best.number.forEach((number, at) => points.push({
      x: frame.x(number),
      y: frame.y(clamped(y, data.best.value[at])),
      lines: [data.name, `Trial ${number}`, `${data.metric} ${formatNumber(data.best.value[at])}`],
    }));
  });
  inspectPoints(frame.element, points);
  const rows =
    all.flatMap((data) => data.best.number.map((n, at) => [data.name, n, formatNumber(data.best.value[at])]));
  return {element: frame.element, note: beyondNote(y.beyond), table: {head: ['Experiment', 'Trial', 'Best'], rows}};
}

/** Says that outliers lie at the edge. */
export function beyondNote(count) {
  if (!count) return '';
  return `${formatCount(count)} far ${count === 1 ? 'value is' : 'values are'} drawn at the edge.`;
}

/** Which way is better, for the name of an axis. */
export function direction(maximize) {
  return maximize ? ' (higher is better)' : ' (lower is better)';
}

/** The legend's entry for one of several series. */
export function seriesKey(name, index) {
  return {name, key: `series series-${index % 6}`, path: (x, y) => `M${x - 6} ${y}h13`};
}

/** The dash pattern of one of several series, so that they differ without colour. */
export function seriesDash(index) {
  return DASHES[index % DASHES.length];
}

/** A small picture of the best so far, without axes. */
export function sparkline(values, {width = 96, height = 26} = {}) {
  const [low, high] = extent(values);
  const place = (value, index) =>
    [2 + (index / Math.max(1, values.length - 1)) * (width - 4),
     high === low ? height / 2 : height - 4 - ((value - low) / (high - low)) * (height - 8),
  ];
  const points = values.map((value, index) => (finite(value) ? place(value, index) : [NaN, NaN]));
  return svg(
    'svg', {class: 'spark', viewBox: `0 0 ${width} ${height}`, width, height, 'aria-hidden': 'true'},
    svg('path', {class: 'best-line', d: linePath(points.map((p) => p[0]), points.map((p) => p[1]))}));
}

function bestKey(name) {
  return {name, key: 'best-line', path: (x, y) => `M${x - 6} ${y}h13`};
}

function bestLine(best, frame, last, scale) {
  const xs = (best?.number ?? []).map(frame.x);
  const ys = (best?.value ?? []).map((value) => frame.y(clamped(scale, value)));
  if (xs.length > 0) {
    xs.push(frame.x(last));
    ys.push(ys.at(-1));
  }
  return svg('path', {class: 'best-line', d: stepPath(xs, ys)});
}

function historyText(data) {
  const best = data.best?.value?.length ?
    `, the best ${formatNumber(data.best.value.at(-1))} in trial ${data.best.number.at(-1)}` :
    '';
  return `History of ${data.metric}: ${formatCount(data.total)} trials${best}. Arrow keys walk over the trials.`;
}
