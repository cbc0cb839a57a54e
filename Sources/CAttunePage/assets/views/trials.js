import {button, debounced, el, throttled} from '../dom.js';
import {experimentPath, get, pageURL} from '../api.js';
import {problemNote} from '../notes.js';
import {experimentAddress, remember} from '../router.js';
import {formatBrief, formatCount, formatDuration, formatValue, finite} from '../charts/format.js';
import {begun, stateBadge, stateName} from './words.js';

const PAGE = 100;
const STATES = ['Running', 'Succeeded', 'EarlyStopped', 'Failed', 'Killed', 'MetricsUnavailable', 'Paused'];

/** Every trial in a table that sorts, filters, and saves as CSV. */
export async function trialsTab(context) {
  const {name, experiment, signal} = context;
  const item = (key, otherwise = '') => context.query.get(key) ?? otherwise;
  const query = {
    sort: item('sort', '-number'),
    states: item('states'),
    search: item('search'),
    filter: item('filter'),
    offset: Number(item('offset', 0)),
    limit: PAGE,
  };
  const columns = tableColumns(experiment);
  const status = el('div');
  const count = el('p', {class: 'muted', role: 'status'});
  const head = el('tr');
  const body = el('tbody');
  const paging = el('nav', {class: 'paging', 'aria-label': 'Pages'});
  const chips = el('div', {class: 'chips', role: 'group', 'aria-label': 'Filter by state'});
  const csv = el('a', {class: 'button', download: `${name}-trials.csv`}, 'CSV');

  const load = async () => {
    csv.href = pageURL(`${experimentPath(name)}/trials.csv`, {...query, offset: null, limit: null});
    try {
      const reply = await get(experimentPath(name, 'trials'), query, signal);
      status.replaceChildren();
      showReply(reply);
    } catch (error) {
      if (error.name !== 'AbortError') status.replaceChildren(problemNote(error, error.status === 400 ? null : load));
    }
  };
  const change = (changes) => {
    Object.assign(query, {offset: 0}, changes);
    remember({...query, sort: query.sort === '-number' ? '' : query.sort, offset: query.offset || '', limit: ''});
    drawHead(head, columns, query, change);
    drawChips(chips, query, change);
    load();
  };
  const showReply = (reply) => {
    const focused = body.contains(document.activeElement) ? document.activeElement.dataset.number : null;
    body.replaceChildren(...reply.trials.map((trial) => row(trial, columns, name, context.experiment.best?.number)));
    if (focused) body.querySelector(`[data-number="${focused}"]`)?.focus();
    const all = begun(context.experiment.counts);
    count.textContent = reply.total >= all ? `${formatCount(reply.total)} trials` :
                                             `${formatCount(reply.total)} of ${formatCount(all)} trials`;
    paging.replaceChildren(...pages(reply, query, change));
  };
  const text = (key, label, placeholder) => {
    const input = el('input', {
      type: 'search',
      'aria-label': label,
      placeholder,
      value: query[key],
      'data-search': key === 'search',
      on: {input: debounced(() => change({[key]: input.value.trim()}), 250)},
    });
    return input;
  };
  drawHead(head, columns, query, change);
  drawChips(chips, query, change);
  await load();
  context.onTick(throttled(load, 1000, signal));
  return el(
    'div', {class: 'trials'},
    el(
      'div', {class: 'filters'}, text('search', 'Search trials', 'Search'),
      text('filter', 'Filter by values', `Filter: parameter:${experiment.parameters[0]?.name ?? 'x'}<0.1, value>0.9`),
      chips, csv),
    status, count,
    el(
      'div', {class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': 'Trials'},
      el('table', {class: 'data'}, el('thead', {}, head), body)),
    paging);
}

function tableColumns(experiment) {
  const metrics = experiment.objectives.map((aim) => aim.name);
  const others = experiment.metrics.filter((metric) => !metrics.includes(metric));
  return [
    {text: 'Trial', sort: 'number'},
    {text: 'State', sort: 'state', cell: (trial) => stateBadge(trial.state)},
    ...(
      metrics.length === 1 ?
        [{text: metrics[0], sort: 'value', cell: (trial) => formatBrief(trial.value)}] :
        metrics.map(
          (metric) => ({text: metric, sort: metric, cell: (trial) => formatBrief(trial.metrics?.[metric])}))),
    ...others.slice(0, 6).map(
      (metric) => ({text: metric, sort: metric, cell: (trial) => formatBrief(trial.metrics?.[metric])})),
    ...experiment.parameters.map(
      ({name}) => ({text: name, sort: `parameter:${name}`, cell: (trial) => formatValue(trial.assignment[name])})),
    {
      text: 'Time',
      sort: 'duration',
      cell: (trial) => formatDuration(finite(trial.end) ? trial.end - trial.start : null)
    },
    {text: 'Reason', cell: (trial) => el('span', {class: 'clip', title: trial.reason ?? ''}, trial.reason ?? '')},
  ];
}

function drawHead(head, columns, query, change) {
  const focused = head.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  head.replaceChildren(...columns.map(({text, sort}) => {
    if (!sort) return el('th', {scope: 'col'}, text);
    const order = query.sort === sort ? 'ascending' : query.sort === `-${sort}` ? 'descending' : null;
    const next = order === 'ascending' ? `-${sort}` : sort;
    const sign = order === 'ascending' ? ' ↑' : order === 'descending' ? ' ↓' : '';
    return el(
      'th', {scope: 'col', 'aria-sort': order},
      button(text + sign, () => change({sort: next}), {class: 'sort', 'data-key': sort}));
  }));
  if (focused) head.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function drawChips(chips, query, change) {
  const chosen = new Set(query.states.split(',').filter(Boolean));
  chips.replaceChildren(...STATES.map((state) => button(stateName(state), () => {
                                        if (!chosen.delete(state)) chosen.add(state);
                                        change({states: [...chosen].join(',')});
                                      }, {class: 'chip', 'aria-pressed': String(chosen.has(state))})));
}

function row(trial, columns, name, best) {
  const link = el(
    'a', {href: experimentAddress(name, {}, `/trials/${trial.number}`), 'data-number': trial.number},
    String(trial.number));
  const mark = trial.number === best ? el('span', {class: 'badge best-badge'}, 'best') : null;
  return el(
    'tr', {class: trial.number === best ? 'is-best' : null}, el('th', {scope: 'row'}, link, mark),
    columns.slice(1).map(({cell}) => el('td', {}, cell(trial))));
}

function pages({total}, query, change) {
  if (total <= PAGE) return [];
  const last = Math.min(total, query.offset + PAGE);
  return [
    button('Previous', () => change({offset: Math.max(0, query.offset - PAGE)}), {disabled: query.offset === 0}),
    el('span', {}, `${formatCount(query.offset + 1)} to ${formatCount(last)} of ${formatCount(total)}`),
    button('Next', () => change({offset: query.offset + PAGE}), {disabled: last >= total}),
  ];
}
