import {px, svg} from './svg.js';
import {finite, formatDuration} from './format.js';
import {extent, linearScale, timeScale} from './scale.js';
import {chartFrame} from './frame.js';
import {STATES, stateWord} from './states.js';
import {inspectPoints} from './inspect.js';

/**
 * Which trials ran when, side by side.
 * @param {object} data the answer of `timeline`
 * @param {{width: number, pick?: function, now?: number}} options `now` is where running trials end for the time being
 */
export function timelineChart(data, {width, pick, now}) {
  const start = extent(data.start)[0];
  const last =
    Math.max(extent(data.end)[1], extent(data.start)[1], data.end.some((end) => !finite(end)) ? now ?? 0 : 0);
  const lanes = Math.max(1, extent(data.lane)[1] + 1);
  const row = Math.max(3, Math.min(22, 360 / lanes));
  const height = Math.round(lanes * row) + 90;
  const frame = chartFrame({
    width,
    height,
    label: `${data.number.length} trials over ${formatDuration(last - start)}, at most ${lanes} at once`,
    x: {scale: timeScale(0, Math.max(0.001, last - start)), name: 'time since the first trial began'},
    y: {scale: {...linearScale(-0.5, lanes - 0.5), ticks: () => []}, name: 'trials side by side'},
    legend:
      Object.keys(STATES)
        .filter((state) => data.state.includes(state))
        .map(
          (state) =>
            ({name: STATES[state].name, key: `span state-${state}`, path: (x, y) => `M${x - 5} ${y - 4}h11v8h-11Z`})),
  });
  const paths = new Map();
  const points = data.number.map((number, i) => {
    const end = finite(data.end[i]) ? data.end[i] : Math.max(now ?? last, data.start[i]);
    const [from, to] = [frame.x(data.start[i] - start), frame.x(end - start)];
    const y = frame.y(data.lane[i]);
    const bar = `M${px(from)} ${px(y - row * 0.4)}h${px(Math.max(1, to - from - 1))}v${px(row * 0.8)}h${
      px(-Math.max(1, to - from - 1))}Z`;
    paths.set(data.state[i], (paths.get(data.state[i]) ?? '') + bar);
    const lines = [
      `Trial ${number}`, `${finite(data.end[i]) ? 'took' : 'running for'} ${formatDuration(end - data.start[i])}`,
      stateWord(data.state[i])
    ];
    return {x: (from + to) / 2, y, number, lines};
  });
  for (const [state, d] of paths) frame.plot.append(svg('path', {class: `span state-${state}`, d}));
  inspectPoints(frame.element, points, {pick});
  return {
    element: frame.element,
    note: '',
    table: {head: ['Trial', 'Time', 'State'], rows: points.map((p) => [p.number, p.lines[1], p.lines[2]])}
  };
}
