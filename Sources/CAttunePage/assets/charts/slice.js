import {px, svg} from './svg.js';
import {finite, formatNumber} from './format.js';
import {axisScale, valueScale} from './scale.js';
import {chartFrame, clamped} from './frame.js';
import {beyondNote, direction} from './history.js';
import {stateLegend, stateMarks, stateWord} from './states.js';
import {inspectPoints} from './inspect.js';

/**
 * The objective against one parameter, the range of the best tenth shaded.
 * @param {object} data the answer of `slice`
 * @param {{width: number, height: number, metric: string, maximize: boolean, range?: Array<number>|null, best?: number,
 *   pick?: function}} options `range` is where good values lie
 */
export function sliceChart(data, {width, height, metric, maximize, range, best, pick}) {
  const axis = data.parameter;
  const rows = data.number.map((number, i) => ({number, at: data.x[i], value: data.value[i], state: data.state[i]}))
                 .filter((row) => finite(row.at) && finite(row.value));
  const x = axisScale(axis, rows.map((row) => row.at));
  const bestRow = rows.find((row) => row.number === best);
  const y = valueScale(
    rows.map((row) => row.value), bestRow ? [bestRow.value] : [],
    rows.filter((row) => row.state === 'S').map((row) => row.value));
  const frame = chartFrame({
    width,
    height,
    label: `${metric} against ${axis.name}, ${rows.length} trials. Arrow keys walk over the trials.`,
    x: {scale: x, name: axis.log ? `${axis.name} (logarithmic)` : axis.name},
    y: {scale: y, name: `${metric}${direction(maximize)}`},
    legend: [...stateLegend(rows.map((row) => row.state)), ...(bestRow ? [bestMarkKey()] : [])],
  });
  if (range) frame.plot.append(rangeBand(range, frame));
  const points = rows
                   .map((row) => ({
                          x: frame.x(row.at) + jitter(row.number, axis, frame.area.right - frame.area.left),
                          y: frame.y(clamped(y, row.value)),
                          state: row.state,
                          number: row.number,
                          lines: [
                            `Trial ${row.number}`, `${axis.name} ${axisText(axis, row.at)}`,
                            `${metric} ${formatNumber(row.value)}`, stateWord(row.state)
                          ],
                        }))
                   .sort((a, b) => a.x - b.x);
  frame.plot.append(stateMarks(points, points.length > 600 ? 2 : points.length > 100 ? 3 : 4));
  const top = points.find((point) => point.number === best);
  if (top) frame.plot.append(bestMark(top));
  inspectPoints(frame.element, points, {pick});
  return {
    element: frame.element,
    note: beyondNote(y.beyond),
    table: {
      head: ['Trial', axis.name, metric],
      rows: rows.map((row) => [row.number, axisText(axis, row.at), formatNumber(row.value)])
    },
  };
}

/** A parameter's value as its axis means it: the name of a choice, else the number. */
export function axisText(axis, value) {
  if (!finite(value)) return '–';
  if (axis.kind === 'categorical' || axis.kind === 'bool')
    return String((axis.values ?? ['false', 'true'])[Math.round(value)] ?? value);
  return formatNumber(value);
}

/** How far the mark of a choice is moved along its axis, so that marks lie apart; the same each time. */
export function jitter(number, axis, length) {
  if (axis.kind !== 'categorical' && axis.kind !== 'bool' && axis.kind !== 'discrete') return 0;
  const count = Math.max(1, axis.values?.length ?? 2);
  const room = length / count;
  return ((number * 0.618034) % 1 - 0.5) * room * (axis.kind === 'discrete' ? 0.1 : 0.5);
}

/** The ring around the best trial. */
export function bestMark(point) {
  return svg('circle', {class: 'best-mark', cx: px(point.x), cy: px(point.y), r: 6});
}

/** The legend's entry for that ring. */
export function bestMarkKey() {
  return {name: 'Best', key: 'best-mark', path: (x, y) => `M${x - 5} ${y}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z`};
}

function rangeBand([low, high], frame) {
  const [from, to] = [frame.x(low), frame.x(high)];
  const {left, right, top, bottom} = frame.area;
  const start = Math.max(left, Math.min(from, to) - 3);
  return svg('rect', {
    class: 'good-range',
    x: px(start),
    y: top,
    width: px(Math.max(6, Math.min(right, Math.max(from, to) + 3) - start)),
    height: bottom - top,
  });
}
