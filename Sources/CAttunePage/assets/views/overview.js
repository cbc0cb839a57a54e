import {choice, el} from '../dom.js';
import {experimentPath, get} from '../api.js';
import {Figure} from '../figure.js';
import {remember} from '../router.js';
import {historyChart} from '../charts/history.js';
import {curvesChart} from '../charts/curves.js';
import {importanceChart} from '../charts/importance.js';
import {edfChart} from '../charts/edf.js';
import {timelineChart} from '../charts/timeline.js';
import {bestCard, findingsCard} from './summary.js';
import {parallelFigure} from './parallel.js';
import {slices} from './slices.js';
import {pairFigures} from './pairs.js';
import {frontFigures} from './front.js';

/** What is running, how it goes, what matters, what to do next. */
export function overviewTab(context) {
  const {name, experiment, signal} = context;
  const path = (...rest) => experimentPath(name, ...rest);
  const metric = context.query.get('metric') ?? '';
  const shared = sharedData(context);
  const figures = [];
  const add = (figure) => {
    figures.push(figure);
    return figure.element;
  };
  const several = experiment.objectives.length > 1;
  const history = new Figure({
    title: 'History',
    id: 'history',
    signal,
    height: 340,
    empty: 'No trial has reported a value yet.',
    choices: metricChoice(
      context, 'metric', metric,
      (value) => {
        history.metric = value;
        history.refresh();
      }),
    load: (stop) => get(path('history'), {metric: history.metric ?? metric, points: 2000}, stop),
    draw: (data, width) =>
      (data.value.some(Number.isFinite) ? historyChart(data, {width, height: 340, pick: context.openTrial}) : null),
  });
  const curves = new Figure({
    title: 'Learning curves',
    id: 'curves',
    signal,
    height: 340,
    empty: 'No trial has reported while it ran.',
    hint: experiment.stopping ? 'Trials that were stopped early end in a triangle.' : null,
    choices: metricChoice(
      context, 'curve', context.query.get('curve') ?? '',
      (value) => {
        curves.metric = value;
        curves.refresh();
      }),
    load: (stop) => get(path('curves'), {metric: curves.metric ?? context.query.get('curve'), limit: 200}, stop),
    draw: (data, width) =>
      (data.trials.some((trial) => trial.value.length > 1) ?
         curvesChart(data, {width, height: 340, best: context.experiment.best?.number, pick: context.openTrial}) :
         null),
  });
  const importance = new Figure({
    title: 'What matters',
    id: 'importance',
    signal,
    height: 200,
    hint: 'The share of the differences between good trials and the rest that each parameter explains.',
    empty: 'Importance needs a few trials that have ended.',
    load: shared.importance,
    draw: (data, width) => (data.parameters.length > 0 ? importanceChart(data, {width}) : null),
  });
  const timeline = new Figure({
    title: 'Timeline',
    id: 'timeline',
    signal,
    height: 120,
    load: (stop) => get(path('timeline'), {limit: 2000}, stop),
    draw: (data, width) =>
      (data.number.length > 0 ? timelineChart(data, {width, pick: context.openTrial, now: Date.now() / 1000}) : null),
  });
  const edf = new Figure({
    title: 'Distribution',
    id: 'edf',
    signal,
    height: 300,
    hint: 'Which share of trials came to a value or below.',
    load: (stop) => get(path('edf'), {}, stop),
    draw: (data, width) => (data.value.length > 1 ? edfChart([data], {width, height: 300}) : null),
  });
  const best = bestCard(context);
  const found = findingsCard(context, shared);
  const front = several ? frontFigures(context) : null;
  const parallel = parallelFigure(context, shared);
  const sliced = slices(context, shared);
  const pairs = experiment.parameters.length > 1 ? pairFigures(context, shared) : null;
  context.onTick(() => {
    shared.forget();
    [best, found, front, parallel, sliced, pairs, ...figures].forEach((part) => part?.refresh());
  });
  return el(
    'div', {class: 'overview'}, el('div', {class: 'columns'}, best.element, found.element), front?.element,
    add(history), add(curves),
    several ? null : el('div', {class: 'columns wide-right'}, add(importance), sliced.element), parallel.element,
    several ? null : pairs?.element,
    several ? add(timeline) : el('div', {class: 'columns'}, add(timeline), add(edf)));
}

/** Importance and parallel coordinates are needed by several parts, and asked for once. */
function sharedData({name, signal}) {
  let kept = {};
  const once = (key, query) => () => {
    kept[key] ??= get(experimentPath(name, key), query, signal).catch((error) => {
      delete kept[key];
      throw error;
    });
    return kept[key];
  };
  return {
    importance: once('importance', {}),
    parallel: once('parallel', {limit: 1500}),
    forget: () => {
      kept = {};
    }
  };
}

function metricChoice({experiment}, key, value, changed) {
  const names = [...new Set([...experiment.objectives.map((aim) => aim.name), ...experiment.metrics])];
  if (names.length < 2) return [];
  return [choice('Metric', names, value || names[0], (name) => {
    remember({[key]: name === names[0] ? '' : name});
    changed(name);
  })];
}
