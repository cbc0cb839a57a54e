import {px, setSVG, svg} from './svg.js';
import {finite, formatCount, formatNumber} from './format.js';
import {axisScale, valueScale} from './scale.js';
import {chartElement, clamped, shortened} from './frame.js';
import {axisText} from './slice.js';
import {rampBar, rankGoodness, shade, SHADES} from './ramp.js';
import {place} from './inspect.js';
import {selected} from './brush.js';

const TOP = 56;

/**
 * Every trial as a line over all parameters and the objective; ranges brushed on the axes pick out trials.
 * @param {object} data the answer of `parallel`
 * @param {{width: number, height: number, brush?: Object<string, Array<number>>,
 *   onBrush?: function(Object<string, Array<number>>, boolean)}} options `onBrush` is told the ranges, and
 *   whether they are final
 */
export function parallelChart(data, {width, height, brush = {}, onBrush}) {
  const axes = parallelAxes(data);
  const room = Math.max(width, 72 * axes.length + 60);
  const gaps = data.columns.some((column) => column.some((value) => !finite(value)));
  const bottom = height - (gaps ? 34 : 14);
  const left = 46;
  const gap = (room - left - 60) / Math.max(1, axes.length - 1);
  axes.forEach((axis, index) => {
    axis.x = left + index * gap;
  });
  const element = chartElement(room, height, parallelText(data));
  const lines = svg('g', {class: 'threads', 'aria-hidden': 'true'});
  element.append(rampBar(room - 174, 4, 108, 'worst', 'best'), lines);
  const atY = (axis, value) => bottom - axis.scale.position(clamped(axis.scale, value)) * (bottom - TOP);
  const threads = data.number.map(
    (_, i) =>
      axes.filter((axis) => !axis.objective || finite(axis.column[i]))
        .map((axis) => (`${px(axis.x)} ${px(finite(axis.column[i]) ? atY(axis, axis.column[i]) : height - 12)}`))
        .join('L'));
  if (gaps) element.append(svg('text', {class: 'tick', x: 0, y: height - 8, 'aria-hidden': 'true'}, 'unused'));
  const good = rankGoodness(data.value, data.objective.maximize);
  const ranges = {...brush};
  const redraw = () => drawThreads(lines, threads, data, good, selected(data, ranges));
  redraw();
  for (const axis of axes) {
    element.append(axisElement(axis, {
      atY,
      bottom,
      gap,
      ranges,
      changed: (final) => {
        redraw();
        onBrush?.({...ranges}, final);
      }
    }));
  }
  return {
    element,
    note: data.shown < data.total ? `${formatCount(data.shown)} of ${formatCount(data.total)} trials.` : '',
    table: parallelTable(data)
  };
}

function parallelAxes(data) {
  const parameters = data.axes.map(
    (axis, index) =>
      ({axis, name: axis.name, column: data.columns[index], scale: axisScale(axis, data.columns[index])}));
  const best =
    data.objective.maximize ? Math.max(...data.value.filter(finite)) : Math.min(...data.value.filter(finite));
  const objective = {
    axis: {name: data.objective.name, kind: 'double'},
    name: data.objective.name,
    objective: true,
    column: data.value,
    scale: valueScale(data.value, [best]),
  };
  return [...parameters, objective];
}

function drawThreads(lines, threads, data, good, inside) {
  const paths = Array.from({length: SHADES + 1}, () => '');
  threads.forEach((thread, i) => {
    const index = inside[i] && finite(data.value[i]) ? shade(good(data.value[i])) : -1;
    paths[index + 1] += `M${thread}`;
  });
  lines.replaceChildren(...paths.map(
    (d, index) => svg('path', {class: index === 0 ? 'thread thread-out' : `thread line-${index - 1}`, d})));
}

function axisElement(axis, {atY, bottom, gap, ranges, changed}) {
  const key = axis.objective ? 'value' : axis.name;
  const group = svg('g', {class: 'parallel-axis'});
  const band = svg('rect', {class: 'brush', x: px(axis.x - 7), width: 14, rx: 2});
  const handle = svg('rect', {
    class: 'brush-area',
    x: px(axis.x - Math.min(24, gap / 2)),
    y: TOP - 6,
    width: px(Math.min(48, gap)),
    height: bottom - TOP + 12,
    tabindex: 0,
    role: 'slider',
    'aria-orientation': 'vertical',
    'aria-valuemin': 0,
    'aria-valuemax': 100,
  });
  group.append(
    svg('path', {class: 'axis-line', d: `M${px(axis.x)} ${TOP}V${bottom}`}), ...axisTexts(axis, atY, gap), band,
    handle);
  const show = () => {
    const range = ranges[key];
    const [low, high] = range ?? axis.scale.domain;
    const edge = choices(axis) ? 0.5 : 0;
    const [from, to] = [axis.scale.position(low - edge), axis.scale.position(high + edge)].map(
      (share) => bottom - share * (bottom - TOP));
    setSVG(band, {visibility: range ? 'visible' : 'hidden', y: px(to), height: px(Math.max(2, from - to))});
    setSVG(handle, {
      'aria-label': `Range of ${axis.name}`,
      'aria-valuenow': Math.round(50 * (axis.scale.position(low) + axis.scale.position(high))),
      'aria-valuetext': range ? `${axisText(axis.axis, low)} to ${axisText(axis.axis, high)}` : 'everything',
    });
  };
  const set = (range, final) => {
    if (range)
      ranges[key] = range;
    else
      delete ranges[key];
    show();
    changed(final);
  };
  show();
  dragging(handle, axis, bottom, set);
  handle.addEventListener('keydown', (event) => {
    const next = keyed(event, axis, ranges[key]);
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    set(next, true);
  });
  return group;
}

function choices(axis) {
  return axis.axis.kind === 'categorical' || axis.axis.kind === 'bool';
}

function axisTexts(axis, atY, gap) {
  const most = gap / 6.4;
  const ticks = axis.scale.ticks(5).filter(
    (tick) => axis.scale.position(tick.value) >= -0.01 && axis.scale.position(tick.value) <= 1.01);
  return [
    svg(
      'text', {
        class: axis.objective ? 'axis-name axis-objective' : 'axis-name',
        x: px(axis.x),
        y: TOP - 16,
        'text-anchor': 'middle',
        'aria-hidden': 'true'
      },
      shortened(axis.name, most)),
    ...ticks.map(
      (tick) => svg(
        'text', {class: 'tick halo', x: px(axis.x + 7), y: px(atY(axis, tick.value) + 4), 'aria-hidden': 'true'},
        shortened(tick.label, most - 2))),
  ];
}

/** A drag sets the range, a click clears it. */
function dragging(handle, axis, bottom, set) {
  let from = null;
  const share = (event) =>
    Math.max(0, Math.min(1, (bottom - place(handle.ownerSVGElement, event)[1]) / (bottom - TOP)));
  const range = (event) => ordered(axis, from, share(event));
  handle.addEventListener('pointerdown', (event) => {
    from = share(event);
    handle.setPointerCapture(event.pointerId);
    event.preventDefault();
    handle.focus({preventScroll: true});
  });
  handle.addEventListener('pointermove', (event) => {
    if (from !== null && Math.abs(share(event) - from) > 0.01) set(range(event), false);
  });
  handle.addEventListener('pointerup', (event) => {
    if (from === null) return;
    const moved = Math.abs(share(event) - from) > 0.01;
    const next = moved ? range(event) : null;
    from = null;
    set(next, true);
  });
}

function ordered(axis, a, b) {
  const values = [axis.scale.value(Math.min(a, b)), axis.scale.value(Math.max(a, b))];
  return choices(axis) ? values.map(Math.round) : values.map((value) => Number(value.toPrecision(4)));
}

/** The range after a key: arrows move it, with Shift they make it narrower or wider, Escape clears. */
function keyed(event, axis, range) {
  if (event.key === 'Escape' || event.key === 'Delete') return null;
  if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return undefined;
  const step = (event.key === 'ArrowUp' ? 1 : -1) * (choices(axis) ? 1 / axis.scale.ticks().length : 0.05);
  const [low, high] = range ? range.map(axis.scale.position) : [0, 1];
  if (!range) return ordered(axis, step > 0 ? 0.5 : 0, step > 0 ? 1 : 0.5);
  if (event.shiftKey) return ordered(axis, low, Math.max(low + 0.01, Math.min(1, high + step)));
  const move = Math.max(-low, Math.min(1 - high, step));
  return ordered(axis, low + move, high + move);
}

function parallelText(data) {
  return `${formatCount(data.shown)} trials over ${data.axes.map((axis) => axis.name).join(', ')} and ${
    data.objective.name}. Tab goes to each axis, arrow keys set a range there.`;
}

function parallelTable(data) {
  const rows = data.number.map(
    (number,
     i) => [number, ...data.axes.map((axis, k) => axisText(axis, data.columns[k][i])), formatNumber(data.value[i])]);
  return {head: ['Trial', ...data.axes.map((axis) => axis.name), data.objective.name], rows};
}
