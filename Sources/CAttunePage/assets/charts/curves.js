import {linePath, px, svg} from './svg.js';
import {finite, formatCount, formatNumber} from './format.js';
import {extent, linearScale, valueScale, wholeScale} from './scale.js';
import {chartFrame, clamped} from './frame.js';
import {markPath, stateWord, STATES} from './states.js';
import {inspectPoints} from './inspect.js';

/**
 * What trials reported while they ran; those that were stopped end in a triangle, those that failed in a cross.
 * @param {object} data the answer of `curves`
 * @param {{width: number, height: number, best?: number, pick?: function}} options
 */
export function curvesChart(data, {width, height, best, pick}) {
  const trials = [...data.trials].sort((a, b) => rank(a, best) - rank(b, best));
  const values = trials.flatMap((trial) => trial.value);
  const y = valueScale(values, trials.map((trial) => trial.value.at(-1)));
  const x = stepScale(trials.flatMap((trial) => trial.step));
  const frame = chartFrame({
    width,
    height,
    label: curvesText(data),
    x: {scale: x, name: 'step'},
    y: {scale: y, name: data.metric},
    legend: curveKeys(trials, best),
  });
  const paths = new Map();
  const points = [];
  for (const trial of trials) {
    const xs = trial.step.map(frame.x);
    const ys = trial.value.map((value) => (finite(value) ? frame.y(clamped(y, value)) : NaN));
    const path = svg('path', {
      class: `curve curve-${trial.number === best ? 'best' : trial.state}${trials.length > 40 ? ' curve-many' : ''}`,
      d: linePath(xs, ys)
    });
    paths.set(trial.number, path);
    frame.plot.append(path);
    appendEnd(frame.plot, trial, xs, ys);
    trial.step.forEach(
      (step, i) => points.push({x: xs[i], y: ys[i], number: trial.number, lines: curveLines(trial, data, i)}));
  }
  const light = svg('path', {class: 'curve curve-lit'});
  frame.plot.append(light);
  inspectPoints(frame.element, points, {
    pick,
    reach: 24,
    light: (point) => light.setAttribute('d', point ? paths.get(point.number).getAttribute('d') : ''),
  });
  return {element: frame.element, note: shownNote(data), table: curvesTable(data)};
}

/**
 * One trial's series.
 * @param {{metric: string, step: Array<number>, value: Array<number>}} series
 * @param {{width: number, height: number, stopped?: {step: number, value: number}}} options
 */
export function seriesChart(series, {width, height, stopped}) {
  const x = stepScale(series.step);
  const y = valueScale(series.value, series.value);
  const frame = chartFrame({
    width,
    height,
    label: `${series.metric} over ${series.value.length} reports`,
    x: {scale: x, name: 'step'},
    y: {scale: y, name: series.metric},
  });
  const xs = series.step.map(frame.x);
  const ys = series.value.map((value) => (finite(value) ? frame.y(value) : NaN));
  frame.plot.append(svg('path', {class: 'best-line', d: linePath(xs, ys)}));
  if (stopped && finite(stopped.step)) {
    frame.plot.append(
      svg('path', {class: 'stop-line', d: `M${px(frame.x(stopped.step))} ${frame.area.top}V${frame.area.bottom}`}),
      svg(
        'text', {class: 'tick', x: px(frame.x(stopped.step) - 5), y: frame.area.top + 10, 'text-anchor': 'end'},
        'stopped here'));
  }
  inspectPoints(
    frame.element,
    series.step.map((step, i) => ({
                      x: xs[i],
                      y: ys[i],
                      lines: [`Step ${formatNumber(step)}`, `${series.metric} ${formatNumber(series.value[i])}`]
                    })));
  const rows = series.step.map((step, i) => [formatNumber(step), formatNumber(series.value[i])]);
  return {element: frame.element, note: '', table: {head: ['Step', series.metric], rows}};
}

function stepScale(steps) {
  const make = steps.every(Number.isInteger) ? wholeScale : linearScale;
  return make(...extent([...steps, 0]));
}

function rank(trial, best) {
  if (trial.number === best) return 9;
  return {R: 3, E: 1, F: 2}[trial.state] ?? 0;
}

function appendEnd(plot, trial, xs, ys) {
  if (!'EFK'.includes(trial.state) || xs.length === 0 || !Number.isFinite(ys.at(-1))) return;
  plot.append(svg('path', {class: `mark state-${trial.state}`, d: markPath(trial.state, xs.at(-1), ys.at(-1), 3.5)}));
}

function curveLines(trial, data, i) {
  const lines = [
    `Trial ${trial.number}`, `step ${formatNumber(trial.step[i])}: ${data.metric} ${formatNumber(trial.value[i])}`,
    stateWord(trial.state)
  ];
  if (trial.reason && trial.state !== 'S') lines.push(trial.reason);
  return lines;
}

function curveKeys(trials, best) {
  const line = (x, y) => `M${x - 6} ${y}h13`;
  const keys =
    Object.keys(STATES)
      .filter((state) => trials.some((trial) => trial.state === state))
      .map(
        (state) =>
          ('EFK'.includes(state) ?
             {name: STATES[state].name, key: `mark state-${state}`, path: (x, y) => markPath(state, x, y, 3.5)} :
             {name: STATES[state].name, key: `curve curve-${state}`, path: line}));
  if (trials.some((trial) => trial.number === best))
    keys.push({name: `Best (trial ${best})`, key: 'curve curve-best', path: line});
  return keys;
}

function shownNote(data) {
  return data.shown < data.total ? `${formatCount(data.shown)} of ${formatCount(data.total)} trials that reported.` :
                                   '';
}

function curvesText(data) {
  const stopped = data.trials.filter((trial) => trial.state === 'E').length;
  return `Curves of ${data.metric} of ${formatCount(data.shown)} trials, ${
    stopped} of them stopped early. Arrow keys walk along them.`;
}

function curvesTable(data) {
  const rows = data.trials.map(
    (trial) =>
      [trial.number,
       stateWord(trial.state),
       formatNumber(trial.step.at(-1)),
       formatNumber(trial.value.at(-1)),
       trial.reason ?? '',
  ]);
  return {head: ['Trial', 'State', 'Last step', `Last ${data.metric}`, 'Reason'], rows};
}
