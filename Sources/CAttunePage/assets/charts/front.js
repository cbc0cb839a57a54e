import {px, stepPath, svg} from './svg.js';
import {finite, formatNumber} from './format.js';
import {extent, linearScale, valueScale, wholeScale} from './scale.js';
import {chartFrame, clamped} from './frame.js';
import {beyondNote, direction} from './history.js';
import {stateLegend, stateMarks} from './states.js';
import {inspectPoints} from './inspect.js';

/**
 * Trials by two objectives, those that no other trial beats in both joined by a line.
 * @param {object} data the answer of `front`
 * @param {{width: number, height: number, first?: number, second?: number, pick?: function}} options which objectives
 */
export function frontChart(data, {width, height, first = 0, second = 1, pick}) {
  const [a, b] = [data.objectives[first], data.objectives[second]];
  const members = new Set(data.front);
  const {number, state, values} = data.points;
  const rows = number.map((n, i) => ({number: n, state: state[i], a: values[first][i], b: values[second][i]}))
                 .filter((row) => finite(row.a) && finite(row.b));
  const front = rows.filter((row) => members.has(row.number)).sort((p, q) => p.a - q.a || p.b - q.b);
  const x = valueScale(rows.map((row) => row.a), front.map((row) => row.a));
  const y = valueScale(rows.map((row) => row.b), front.map((row) => row.b));
  const frame = chartFrame({
    width,
    height,
    label: `${a.name} against ${b.name}: ${front.length} of ${
      rows.length} trials are on the front. Arrow keys walk along it.`,
    x: {scale: x, name: a.name + direction(a.maximize)},
    y: {scale: y, name: b.name + direction(b.maximize)},
    legend: [
      ...stateLegend(rows.map((row) => row.state)),
      {name: 'Front', key: 'front-mark', path: (u, v) => `M${u - 6} ${v}h13M${u} ${v - 5}l5 5l-5 5l-5 -5Z`}
    ],
  });
  const at = (row) => ({
    x: frame.x(clamped(x, row.a)),
    y: frame.y(clamped(y, row.b)),
    number: row.number,
    state: row.state,
    lines: [
      `Trial ${row.number}`, `${a.name} ${formatNumber(row.a)}`, `${b.name} ${formatNumber(row.b)}`,
      members.has(row.number) ? 'on the front' : 'beaten in every objective'
    ],
  });
  frame.plot.append(stateMarks(rows.filter((row) => !members.has(row.number)).map(at), 2.5));
  const marks = front.map(at);
  if (data.objectives.length === 2)
    frame.plot.append(svg('path', {class: 'front-line', d: staircase(marks, a.maximize)}));
  for (const mark of marks)
    frame.plot.append(svg('path', {class: 'front-mark', d: `M${px(mark.x)} ${px(mark.y - 5)}l5 5l-5 5l-5 -5Z`}));
  inspectPoints(frame.element, [...marks, ...rows.filter((row) => !members.has(row.number)).map(at)], {pick});
  return {
    element: frame.element,
    note: beyondNote(x.beyond + y.beyond),
    table: {
      head: ['Trial on the front', a.name, b.name],
      rows: front.map((row) => [row.number, formatNumber(row.a), formatNumber(row.b)])
    },
  };
}

/**
 * How much the front has taken in so far.
 * @param {{number: Array<number>, value: Array<number>}} data
 * @param {{width: number, height: number}} options
 */
export function hypervolumeChart(data, {width, height}) {
  // Trials do not end in the order they began: the staircase stands where the newest of those that had ended stands.
  let newest = 0;
  const at = data.number.map((number) => {
    newest = Math.max(newest, number);
    return newest;
  });
  const x = wholeScale(1, Math.max(2, newest));
  const y = linearScale(0, extent(data.value)[1] * 1.05 || 1);
  const frame = chartFrame({
    width,
    height,
    label: `Hypervolume over trials, now ${formatNumber(data.value.at(-1))}`,
    x: {scale: x, name: 'trial number'},
    y: {scale: y, name: 'hypervolume (higher is better)'},
  });
  frame.plot.append(svg('path', {class: 'best-line', d: stepPath(at.map(frame.x), data.value.map(frame.y))}));
  inspectPoints(
    frame.element, data.number.map((number, i) => ({
                                     x: frame.x(at[i]),
                                     y: frame.y(data.value[i]),
                                     lines: [`After trial ${number}`, `hypervolume ${formatNumber(data.value[i])}`]
                                   })));
  return {
    element: frame.element,
    note: '',
    table: {head: ['Trial', 'Hypervolume'], rows: data.number.map((n, i) => [n, formatNumber(data.value[i])])}
  };
}

/** The border of what the front beats: steps that stay inside it. */
function staircase(marks, maximizeFirst) {
  if (marks.length === 0) return '';
  const step = (mark) => (maximizeFirst ? `V${px(mark.y)}H${px(mark.x)}` : `H${px(mark.x)}V${px(mark.y)}`);
  return `M${px(marks[0].x)} ${px(marks[0].y)}${marks.slice(1).map(step).join('')}`;
}
