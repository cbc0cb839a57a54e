import {button, choice, el} from '../dom.js';
import {get} from '../api.js';
import {Figure} from '../figure.js';
import {emptyNote, filled} from '../notes.js';
import {experimentAddress, go, pageAddress} from '../router.js';
import {historiesChart} from '../charts/history.js';
import {edfChart} from '../charts/edf.js';
import {finite, formatBrief, formatCount, formatDuration, formatNumber, formatValue} from '../charts/format.js';
import {begun, stateBadge} from './words.js';

/** Experiments side by side. */
export async function compareView({route, signal}) {
  const names = (route.query.get('names') ?? '').split(',').filter(Boolean);
  const {experiments} = await get('experiments', {sort: '-created', limit: 200}, signal);
  const content = el('div', {class: 'stack'});
  if (names.length > 0)
    filled(content, () => comparison(names, signal), signal);
  else
    content.append(emptyNote('Choose two or more experiments to see them side by side.'));
  return el(
    'div', {class: 'page'}, el('div', {class: 'page-head'}, el('h1', {}, 'Compare')), chooser(names, experiments),
    content);
}

function chooser(names, experiments) {
  const show = (next) => go(pageAddress('/compare', {names: next.join(',')}));
  const others = experiments.map((experiment) => experiment.name).filter((name) => !names.includes(name));
  return el(
    'div', {class: 'filters'},
    names.map(
      (name) => button(
        `${name} ×`, () => show(names.filter((other) => other !== name)),
        {class: 'chip', 'aria-label': `Leave out ${name}`})),
    others.length > 0 ?
      choice('Add', [['', 'an experiment …'], ...others], '', (name) => name && show([...names, name])) :
      null);
}

async function comparison(names, signal) {
  const query = {names: names.join(',')};
  const summary = await get('compare/summary', query, signal);
  const history = new Figure({
    title: 'Best so far',
    id: 'compare-history',
    signal,
    height: 360,
    load: (stop) => get('compare/history', query, stop),
    draw: (data, width) => {
      const shown = data.experiments.filter((item) => item.best?.value.length > 0);
      return shown.length > 0 ? historiesChart(shown, {width, height: 360}) : null;
    },
  });
  const edf = new Figure({
    title: 'Distribution of values',
    id: 'compare-edf',
    signal,
    height: 360,
    hint: 'Which share of trials came to a value or below.',
    load: (stop) => get('compare/edf', query, stop),
    draw: (data, width) => {
      const shown = data.experiments.filter((item) => item.value?.length > 0);
      return shown.length > 0 ? edfChart(shown, {width, height: 360}) : null;
    },
  });
  const metrics = new Set(summary.experiments.map((item) => `${item.metric} ${item.maximize}`));
  return [
    metrics.size > 1 ?
      el('p', {class: 'note'}, 'These experiments have different objectives, so their values cannot be compared.') :
      null,
    summaryTable(summary),
    el('div', {class: 'columns'}, history.element, edf.element),
    differencesTable(summary, names),
  ].filter(Boolean);
}

function summaryTable({experiments, shared}) {
  const rows = [
    ['State', (item) => stateBadge(item.state)],
    [
      'Best',
      (item) =>
        (item.best ?
           [
             el('strong', {class: 'number'}, finite(item.best.value) ? formatNumber(item.best.value, 5) : formatBrief(item.best.value)),
             ` ${item.metric}, trial ${item.best.number}`
           ] :
           '–')
    ],
    ['Algorithm', (item) => item.algorithm?.name ?? item.algorithm],
    ['Trials', (item) => formatCount(begun(item.counts))],
    ['Stopped early', (item) => formatCount(item.counts.earlyStopped)],
    ['Without a result', (item) => formatCount(item.counts.failed + item.counts.metricsUnavailable)],
    ['Took', (item) => (finite(item.seconds) ? formatDuration(item.seconds) : '–')],
  ];
  return el(
    'section', {class: 'card', 'aria-label': 'Summary'},
    el(
      'div', {class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': 'Side by side'},
      el(
        'table', {class: 'data'},
        el(
          'thead', {},
          el(
            'tr', {}, el('td'),
            experiments.map(
              (item) => el('th', {scope: 'col'}, el('a', {href: experimentAddress(item.name)}, item.name))))),
        el(
          'tbody', {},
          rows.map(
            ([title, cell]) =>
              el('tr', {}, el('th', {scope: 'row'}, title), experiments.map((item) => el('td', {}, cell(item)))))))),
    shared?.length > 0 ? el('p', {class: 'muted'}, `Parameters that they share: ${shared.join(', ')}.`) : null);
}

function differencesTable({differences}, names) {
  const rows = wholeParameters(differences ?? []);
  if (rows.length === 0) return el('p', {class: 'muted'}, names.length > 1 ? 'Their manifests do not differ.' : '');
  return el(
    'section', {class: 'card', 'aria-labelledby': 'differences'},
    el('h2', {id: 'differences'}, 'What differs in their YAML'),
    el(
      'div', {class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': 'Differences'},
      el(
        'table', {class: 'data'},
        el(
          'thead', {},
          el('tr', {}, el('th', {scope: 'col'}, 'Field'), names.map((name) => el('th', {scope: 'col'}, name)))),
        el(
          'tbody', {},
          rows.map(
            ({path, values}) => el(
              'tr', {}, el('th', {scope: 'row'}, el('code', {}, path)),
              values.map((value) => el('td', {class: 'wide'}, formatValue(value)))))))));
}

/** Where only some have a parameter, one row says so in place of a row for each of its fields. */
function wholeParameters(differences) {
  const only = new Map();
  for (const {path, values} of differences) {
    const match = /^(spec\.parameters\[[^\]]+\])\.name$/.exec(path);
    if (match && values.includes(null))
      only.set(match[1], values.map((value) => (value === null ? null : 'searched')));
  }
  const others = differences.filter(({path}) => ![...only.keys()].some((start) => path.startsWith(`${start}.`)));
  return [...others, ...[...only].map(([path, values]) => ({path, values}))];
}
