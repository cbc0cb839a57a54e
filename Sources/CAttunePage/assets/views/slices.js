import {button, el} from '../dom.js';
import {experimentPath, get} from '../api.js';
import {Figure} from '../figure.js';
import {remember} from '../router.js';
import {axisText, sliceChart} from '../charts/slice.js';
import {goodRanges} from '../charts/findings.js';
import {formatNumber, formatShare} from '../charts/format.js';

/** The objective against each parameter, one at a time, those that matter first. */
export function slices(context, shared) {
  const {experiment, name, signal} = context;
  let chosen = context.query.get('slice');
  const names = experiment.parameters.map((parameter) => parameter.name);
  const chips = el('div', {class: 'chips', role: 'group', 'aria-label': 'Parameter'});
  const answer = el('p', {class: 'answer'});
  const choose = (parameter) => {
    chosen = parameter;
    remember({slice: parameter});
    drawChips(names);
    figure.refresh();
  };
  const drawChips = (order) => chips.replaceChildren(...order.slice(0, 24).map(
    (parameter) =>
      (button(parameter, () => choose(parameter), {class: 'chip', 'aria-pressed': String(parameter === chosen)}))));
  const figure = new Figure({
    title: 'One parameter',
    id: 'slice',
    signal,
    height: 320,
    controls: [chips],
    load: async (stop) => {
      const [importance, parallel] = await Promise.all([shared.importance().catch(() => null), shared.parallel()]);
      if (importance) names.sort((a, b) => weight(importance, b) - weight(importance, a));
      chosen ??= names[0];
      drawChips(names);
      const data = await get(experimentPath(name, 'slice'), {parameter: chosen, points: 2000}, stop);
      return {data, good: goodRanges(parallel)[chosen]};
    },
    draw: ({data, good}, width) => {
      figure.title = `${context.experiment.metric} by ${data.parameter.name}`;
      answer.textContent = good ? goodText(data.parameter, good) : '';
      if (data.number.length === 0) return null;
      return sliceChart(data, {
        width,
        height: 320,
        metric: context.experiment.metric,
        maximize: context.experiment.maximize,
        range: good && good.low < good.high ? [good.low, good.high] : null,
        best: context.experiment.best?.number,
        pick: context.openTrial,
      });
    },
  });
  figure.element.append(answer);
  return figure;
}

function weight(importance, name) {
  return importance.parameters.find((bar) => bar.name === name)?.importance ?? 0;
}

function goodText(axis, good) {
  if (good.choice !== null) return `${formatShare(good.share)} of the best ${good.count} trials have ${good.choice}.`;
  const where = good.low === good.high ?
    `at ${axisText(axis, good.low)}` :
    `between ${formatNumber(good.low, 3)} and ${formatNumber(good.high, 3)} (shaded)`;
  return `${good.count < 10 ? 'The' : 'Most of the'} best ${good.count} trials have ${axis.name} ${where}.`;
}
