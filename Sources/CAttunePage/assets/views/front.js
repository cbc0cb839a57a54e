import {choice, el} from '../dom.js';
import {experimentPath, get} from '../api.js';
import {Figure} from '../figure.js';
import {remember} from '../router.js';
import {frontChart, hypervolumeChart} from '../charts/front.js';

/** Several objectives: the front, and how it grew. */
export function frontFigures(context) {
  const {experiment, name, signal, query} = context;
  const aims = experiment.objectives.map((aim, index) => [String(index), aim.name]);
  const chosen = {first: Number(query.get('first') ?? 0), second: Number(query.get('second') ?? 1)};
  let kept = null;
  const load = (stop) => {
    kept ??= get(experimentPath(name, 'front'), {}, stop).finally(() => setTimeout(() => {
                                                                    kept = null;
                                                                  }, 500));
    return kept;
  };
  const change = (changes) => {
    Object.assign(chosen, changes);
    remember(chosen);
    front.redraw();
  };
  const controls = aims.length < 3 ? [] : [
    choice('Across', aims, String(chosen.first), (value) => change({first: Number(value)})),
    choice('Up', aims, String(chosen.second), (value) => change({second: Number(value)})),
  ];
  const front = new Figure({
    title: 'The front',
    id: 'front',
    signal,
    height: 380,
    load,
    controls,
    empty: 'No trial has values of all objectives yet.',
    draw: (data, width) =>
      (data.front.length > 0 ? frontChart(data, {width, height: 380, ...chosen, pick: context.openTrial}) : null),
  });
  const volume = new Figure({
    title: 'Hypervolume',
    id: 'hypervolume',
    signal,
    height: 380,
    load,
    hint: 'How much of the objectives\u2019 space the front has taken in.',
    draw: (data, width) =>
      (data.hypervolume?.number.length > 0 ? hypervolumeChart(data.hypervolume, {width, height: 350}) : null),
  });
  const element = el('div', {class: 'columns wide-left'}, front.element, volume.element);
  return {element, refresh: () => [front, volume].forEach((figure) => figure.refresh())};
}
