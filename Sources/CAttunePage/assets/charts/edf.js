import {stepPath, svg} from './svg.js';
import {finite, formatNumber, formatShare} from './format.js';
import {linearScale, valueScale} from './scale.js';
import {chartFrame} from './frame.js';
import {seriesDash, seriesKey} from './history.js';
import {inspectPoints} from './inspect.js';

/**
 * Which share of trials came to a value or below, of one experiment or several.
 * @param {Array<object>} all answers of `edf`, each with a name
 * @param {{width: number, height: number}} options
 */
export function edfChart(all, {width, height}) {
  const y = linearScale(0, 1.04);
  const values = all.flatMap((data) => data.value);
  const x = valueScale(
    values, all.flatMap((data) => [data.value[0], data.value.at(-1)].filter(() => data.value.length < 50)));
  const frame = chartFrame({
    width,
    height,
    label: `Share of trials by ${all[0]?.metric ?? 'value'}`,
    x: {scale: x, name: all[0]?.metric ?? 'value'},
    y: {
      scale: {...y, ticks: () => [0, 0.25, 0.5, 0.75, 1].map((value) => ({value, label: formatShare(value)}))},
      name: 'share of trials at or below'
    },
    legend: all.length > 1 ? all.map((data, index) => seriesKey(data.name, index)) : [],
  });
  const points = [];
  all.forEach((data, index) => {
    const inside = data.value.map((value, i) => [value, data.share[i]])
                     .filter(([value]) => finite(value) && value >= x.domain[0] && value <= x.domain[1]);
    frame.plot.append(svg('path', {
      class: `series series-${index % 6}`,
      'stroke-dasharray': seriesDash(index),
      d: stepPath(inside.map(([value]) => frame.x(value)), inside.map(([, share]) => frame.y(share))),
    }));
    for (const [value, share] of inside) {
      const lines = [`${formatShare(share)} of trials`, `${data.metric} at most ${formatNumber(value)}`];
      points.push({x: frame.x(value), y: frame.y(share), lines: all.length > 1 ? [data.name, ...lines] : lines});
    }
  });
  inspectPoints(frame.element, points);
  const rows = all.flatMap(
    (data) => data.value.map((value, i) => [data.name ?? '', formatNumber(value), formatShare(data.share[i])]));
  return {element: frame.element, note: '', table: {head: ['Experiment', 'Value', 'Share'], rows}};
}
