import {choice, el} from '../dom.js';
import {experimentPath, get} from '../api.js';
import {Figure} from '../figure.js';
import {remember} from '../router.js';
import {contourChart, rankChart} from '../charts/contour.js';

/** Two parameters at once: what a model makes of them, and how the trials rank. */
export function pairFigures(context, shared) {
  const {experiment, name, signal, query} = context;
  const names = experiment.parameters.map((parameter) => parameter.name);
  const chosen = {
    x: query.get('x'),
    y: query.get('y'),
    show: query.get('show') === 'deviation' ? 'deviation' : 'mean'
  };
  const controls = el('div', {class: 'figure-controls'});
  const settle = async () => {
    if (!names.includes(chosen.x) || !names.includes(chosen.y)) {
      const importance = await shared.importance().catch(() => null);
      const order = (importance?.parameters ?? []).map((bar) => bar.name).filter((item) => names.includes(item));
      const numeric = (item) => !['categorical', 'bool', 'discrete'].includes(
        experiment.parameters.find(({name: other}) => other === item).kind);
      const all = [...new Set([...order, ...names])];
      const [first, second] = [...all.filter(numeric), ...all.filter((item) => !numeric(item))];
      Object.assign(
        chosen, {x: names.includes(chosen.x) ? chosen.x : first, y: names.includes(chosen.y) ? chosen.y : second});
    }
    drawControls();
  };
  const change = (changes) => {
    Object.assign(chosen, changes);
    if (chosen.x === chosen.y) chosen[changes.x ? 'y' : 'x'] = names.find((item) => item !== chosen.x);
    remember({x: chosen.x, y: chosen.y, show: chosen.show === 'mean' ? '' : chosen.show});
    drawControls();
    [contour, rank].forEach((figure) => (changes.show ? figure.redraw() : figure.refresh()));
  };
  const drawControls = () => controls.replaceChildren(
    choice('Across', names, chosen.x, (x) => change({x})), choice('Up', names, chosen.y, (y) => change({y})),
    choice(
      'Show', [['mean', 'what the model expects'], ['deviation', 'how unsure it is']], chosen.show,
      (show) => change({show})));
  const load = (kind, more) => async (stop) => {
    await settle();
    return get(experimentPath(name, kind), {x: chosen.x, y: chosen.y, ...more}, stop);
  };
  const options = (width) => ({
    width,
    height: 340,
    metric: context.experiment.metric,
    maximize: context.experiment.maximize,
    pick: context.openTrial,
  });
  const contour = new Figure({
    title: 'What the model expects',
    id: 'contour',
    signal,
    height: 340,
    empty: 'A model needs at least five trials.',
    load: load('contour', {grid: 40}),
    draw: (data, width) => {
      contour.title = chosen.show === 'mean' ? 'What the model expects' : 'How unsure the model is';
      return data.points.number.length > 0 ? contourChart(data, {...options(width), show: chosen.show}) : null;
    },
  });
  const rank = new Figure({
    title: 'How the trials rank',
    id: 'rank',
    signal,
    height: 340,
    load: load('rank', {}),
    draw: (data, width) => (data.number.length > 0 ? rankChart(data, options(width)) : null),
  });
  const element = el(
    'section', {class: 'pair', 'aria-label': 'Two parameters'},
    el('div', {class: 'pair-head'}, el('h2', {}, 'Two parameters'), controls),
    el('div', {class: 'columns'}, contour.element, rank.element));
  return {element, refresh: () => [contour, rank].forEach((figure) => figure.refresh())};
}
