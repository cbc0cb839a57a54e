import {choice, el, pairs, throttled} from '../dom.js';
import {experimentPath, get} from '../api.js';
import {Figure} from '../figure.js';
import {experimentAddress} from '../router.js';
import {reportedText} from './summary.js';
import {seriesChart} from '../charts/curves.js';
import {formatDuration, formatNumber, formatTime, formatValue, finite} from '../charts/format.js';
import {logPane} from './log.js';
import {begun, stateBadge} from './words.js';

/** One trial: its values, its series, why it was tried, why it ended, its log. */
export async function trialTab(context) {
  const {name, number, signal} = context;
  const path = experimentPath(name, 'trials', number);
  let trial = await get(path, {}, signal);
  const facts = el('div', {class: 'columns'});
  const why = el('div');
  const head = el('div', {class: 'trial-head'});
  const draw = () => {
    head.replaceChildren(...headContent(trial, context));
    facts.replaceChildren(valuesCard(trial, context), reasonCard(trial, context));
    why.replaceChildren(...(trial.stopped ? [stoppedCard(trial)] : failureCard(trial)));
  };
  draw();
  const figure = seriesFigure(trial, context);
  context.onTick(throttled(async () => {
    if (trial.end) return;
    trial = await get(path, {}, signal).catch(() => trial);
    draw();
    figure?.show(trial);
  }, 1000, signal));
  return el(
    'div', {class: 'trial'}, head, why, facts, figure?.figure.element, await logPane(context, trial),
    eventsCard(trial));
}

function headContent({number, state}, {name, experiment}) {
  const neighbour = (other, text) => el('a', {href: experimentAddress(name, {}, `/trials/${other}`)}, text);
  return [
    el('h2', {}, `Trial ${number}`),
    stateBadge(state),
    ...(number === experiment.best?.number ? [el('span', {class: 'badge best-badge'}, 'best so far')] : []),
    el(
      'nav', {class: 'aside', 'aria-label': 'Other trials'}, number > 1 ? neighbour(number - 1, '← Previous') : null,
      number < begun(experiment.counts) ? neighbour(number + 1, 'Next →') : null,
      el('a', {href: experimentAddress(name, {tab: 'trials'})}, 'All trials')),
  ];
}

function valuesCard(trial, {experiment}) {
  const value = finite(trial.value) ?
    [
      el('span', {class: 'number'}, formatNumber(trial.value, 5)), ' ',
      el('span', {class: 'muted'}, experiment.metric)
    ] :
    trial.value ? reportedText(trial.value, experiment.metric) :
                  [el('span', {class: 'muted'}, 'No value')];
  const metrics =
    Object.entries(trial.metricsSummary ?? {})
      .map(
        ([metric, {latest, min, max}]) =>
          typeof min !== 'number' && typeof latest === 'string' ?
          [metric, formatNumber(latest)] :
          ([metric, `${formatNumber(latest, 5)} (from ${formatNumber(min, 5)} to ${formatNumber(max, 5)})`]));
  return el(
    'section', {class: 'card', 'aria-label': 'Values'}, el('h3', {}, 'Values'), el('p', {class: 'big'}, value),
    pairs(Object.entries(trial.assignment).map(([key, item]) => [key, formatValue(item)]), {class: 'values'}),
    metrics.length > 0 ? [el('h3', {}, 'Metrics'), pairs(metrics, {class: 'facts'})] : null);
}

function reasonCard(trial, {name}) {
  const took = finite(trial.end) ? formatDuration(trial.end - trial.start) : 'still running';
  const given = trial.explanation ?? {};
  return el(
    'section', {class: 'card', 'aria-label': 'Why it was tried'}, el('h3', {}, 'Why these values'),
    el('p', {}, trial.explanationText || 'The algorithm gave no reason.'),
    pairs(
      [
        finite(given.mean) &&
          [
            'Expected',
            `${formatNumber(given.mean)}${finite(given.deviation) ? ` ± ${formatNumber(given.deviation, 2)}` : ''}`
          ],
        finite(given.mean) && finite(trial.value) && ['Came to', formatNumber(trial.value)],
        trial.parent &&
          [
            'Continues',
            el('a', {href: experimentAddress(name, {}, `/trials/${trial.parent}`)}, `trial ${trial.parent}`)
          ],
        trial.resource && ['Resource', formatValue(trial.resource)],
        ['Began', formatTime(trial.start)],
        ['Took', took],
        trial.attempts > 1 && ['Attempts', String(trial.attempts)],
        ...Object.entries(trial.labels ?? {}).map(([key, item]) => [key, String(item)]),
      ],
      {class: 'facts'}),
    trial.command ?
      [
        el('h3', {}, 'Command'),
        el(
          'pre', {class: 'command', tabindex: 0, 'aria-label': 'Command'},
          [trial.command].flat().length > 1 ? trial.command.map(quoted).join(' ') : String(trial.command))
      ] :
      null);
}

/** Why a rule stopped the trial, with the numbers that it compared. */
function stoppedCard(trial) {
  const {rule, why, step, value, compared} = trial.stopped;
  const numbers = Object.entries(compared ?? {}).map(([key, item]) => [key.replaceAll('_', ' '), formatValue(item)]);
  return el(
    'section', {class: 'card stopped', 'aria-labelledby': 'stopped-title'},
    el('h3', {id: 'stopped-title'}, 'Why it was stopped'), el('p', {class: 'lead'}, why),
    pairs(
      [
        ['Rule', rule], finite(step) && ['At step', formatNumber(step)],
        finite(value) && ['It stood at', formatNumber(value)], ...numbers
      ],
      {class: 'facts'}));
}

function failureCard(trial) {
  const text =
    [trial.reason, trial.message].filter((part, index, all) => part && all.indexOf(part) === index).join(': ');
  if (!text || trial.state === 'Succeeded' || trial.state === 'Running') return [];
  return [el(
    'section', {class: 'card failed', 'aria-label': 'Why it ended'}, el('h3', {}, 'Why it ended'),
    el('p', {class: 'lead'}, text))];
}

function seriesFigure(trial, {signal}) {
  const names = Object.keys(trial.series ?? {}).filter((metric) => trial.series[metric].value.length > 1);
  if (names.length === 0) return null;
  let chosen = names[0];
  let shown = trial;
  const figure = new Figure({
    title: 'What it reported',
    id: 'series',
    signal,
    height: 280,
    load: async () => shown,
    choices: names.length > 1 ? [choice(
                                  'Metric', names, chosen,
                                  (metric) => {
                                    chosen = metric;
                                    figure.redraw();
                                  })] :
                                [],
    draw: (data, width) =>
      seriesChart({metric: chosen, ...data.series[chosen]}, {width, height: 280, stopped: data.stopped}),
  });
  return {
    figure,
    show: (next) => {
      shown = next;
      figure.refresh();
    }
  };
}

function eventsCard(trial) {
  if (!trial.events?.length) return null;
  return el(
    'details', {class: 'card'}, el('summary', {}, `What happened (${trial.events.length} events)`),
    el(
      'ol', {class: 'events'},
      trial.events.map(
        (event) => el(
          'li', {},
          el('span', {class: 'muted'}, finite(event.time) ? formatTime(event.time) : `event ${event.sequence}`), ' ',
          event.text || event.kind))));
}

/** A word as a shell reads it. */
function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll('\'', '\'\\\'\'')}'`;
}
