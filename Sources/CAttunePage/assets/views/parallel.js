import {button, el} from '../dom.js';
import {Figure} from '../figure.js';
import {experimentAddress, remember} from '../router.js';
import {parallelChart} from '../charts/parallel.js';
import {brushRanges, brushText, selected} from '../charts/brush.js';
import {axisText} from '../charts/slice.js';
import {finite, formatCount, formatNumber} from '../charts/format.js';

const SHOWN = 8;

/** Parallel coordinates; ranges brushed on the axes pick out trials, and are in the address. */
export function parallelFigure(context, shared) {
  let brush = brushRanges(context.query.get('brush'));
  const picked = el('div', {class: 'picked'});
  const clear = button('Clear ranges', () => {
    brush = {};
    remember({brush: ''});
    figure.redraw();
    showPicked(picked, figure.data, brush, context);
    clear.hidden = true;
  }, {hidden: Object.keys(brush).length === 0});
  const figure = new Figure({
    title: 'All parameters',
    id: 'parallel',
    signal: context.signal,
    height: 380,
    choices: [clear],
    hint: 'A line for each trial. Drag along an axis to keep the trials in that range.',
    load: async () => {
      const data = await shared.parallel();
      showPicked(picked, data, brush, context);
      return data;
    },
    draw: (data, width) =>
      (data.number.length > 0 ? parallelChart(data, {
        width,
        height: 380,
        brush,
        onBrush: (ranges, final) => {
          brush = ranges;
          if (final) remember({brush: brushText(brush)});
          clear.hidden = Object.keys(brush).length === 0;
          showPicked(picked, data, brush, context);
        }
      }) :
                                null),
  });
  figure.element.append(picked);
  return figure;
}

/** The best of the trials that are in all ranges. */
function showPicked(container, data, brush, {name, experiment}) {
  if (Object.keys(brush).length === 0 || !data) {
    container.replaceChildren();
    return;
  }
  const inside = selected(data, brush);
  const sign = data.objective.maximize ? -1 : 1;
  const rows = data.number.map((_, i) => i).filter((i) => inside[i]);
  const best =
    rows.filter((i) => finite(data.value[i])).sort((a, b) => sign * (data.value[a] - data.value[b])).slice(0, SHOWN);
  const caption = `${formatCount(rows.length)} of ${formatCount(data.number.length)} trials are in the ranges${
    best.length < rows.length ? `; the best ${best.length} of them:` : ':'}`;
  container.replaceChildren(
    el(
      'p', {role: 'status'}, caption, ' ',
      el(
        'a', {href: experimentAddress(name, {tab: 'trials', filter: filterText(data, brush), sort: 'best'})},
        'Show them all')),
    el(
      'div', {class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': 'The best trials in the ranges'},
      el(
        'table', {},
        el(
          'thead', {},
          el(
            'tr', {},
            ['Trial', experiment.metric, ...data.axes.map((axis) => axis.name)].map(
              (text) => el('th', {scope: 'col'}, text)))),
        el(
          'tbody', {},
          best.map(
            (i) => el(
              'tr', {},
              el(
                'th', {scope: 'row'},
                el('a', {href: experimentAddress(name, {}, `/trials/${data.number[i]}`)}, data.number[i])),
              el('td', {}, formatNumber(data.value[i])),
              data.axes.map((axis, k) => el('td', {}, axisText(axis, data.columns[k][i])))))))));
}

/** Ranges as the filter of the table of trials understands them. */
function filterText(data, brush) {
  return Object.entries(brush)
    .flatMap(([key, [low, high]]) => {
      const axis = data.axes.find((candidate) => candidate.name === key);
      if (!axis) return [`value>=${low}`, `value<=${high}`];
      if (axis.kind === 'categorical' || axis.kind === 'bool') {
        return [`parameter:${key}=${(axis.values ?? ['false', 'true']).slice(low, high + 1).join('|')}`];
      }
      return [`parameter:${key}>=${low}`, `parameter:${key}<=${high}`];
    })
    .join(',');
}
