import {px, setSVG, svg} from './svg.js';
import {textWidth} from './frame.js';

/**
 * Lets a reader walk over the points of a chart, by pointer or by arrow keys, and shows what each is.
 * @param {SVGSVGElement} element the chart, which can be focused
 * @param {Array<{x: number, y: number, lines: Array<string>, number?: number}>} points in pixels, in order of walking
 * @param {{pick?: function(object), light?: function(object|null), reach?: number}} [options] what a click or
 *   Enter does;
 *   what else shows which point is meant; from how many pixels away a point is found
 */
export function inspectPoints(element, points, {pick, light, reach = 40} = {}) {
  const ring = svg('circle', {class: 'inspect-ring', r: 6, visibility: 'hidden'});
  const tip = svg('g', {class: 'tip', visibility: 'hidden'});
  const said = svg('desc', {});
  element.append(said, ring, tip);
  let current = -1;

  const show = (index) => {
    if (index === current) return;
    current = index;
    const point = points[index];
    setSVG(ring, {visibility: point ? 'visible' : 'hidden', cx: point && px(point.x), cy: point && px(point.y)});
    setSVG(tip, {visibility: point ? 'visible' : 'hidden'});
    light?.(point ?? null);
    if (point) drawTip(tip, point, element);
  };
  const keyboard = (index) => {
    show(Math.max(0, Math.min(points.length - 1, index)));
    const text = points[current]?.lines.join(', ') ?? '';
    element.dispatchEvent(new CustomEvent('chart-said', {bubbles: true, detail: text}));
    said.textContent = text;
  };

  element.addEventListener('pointermove', (event) => {
    if (event.buttons === 0) show(nearest(points, place(element, event), reach));
  });
  element.addEventListener('pointerleave', () => show(-1));
  element.addEventListener('blur', () => show(-1));
  element.addEventListener('click', (event) => {
    const index = nearest(points, place(element, event), reach);
    show(index);
    if (pick && points[index]) pick(points[index]);
  });
  element.addEventListener('keydown', (event) => {
    if (event.target !== element || points.length === 0) return;
    const steps = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, PageDown: 20, PageUp: -20};
    if (event.key in steps)
      keyboard(current + steps[event.key]);
    else if (event.key === 'Home')
      keyboard(0);
    else if (event.key === 'End')
      keyboard(points.length - 1);
    else if (event.key === 'Escape')
      show(-1);
    else if (event.key === 'Enter' && pick && points[current])
      pick(points[current]);
    else
      return;
    event.preventDefault();
  });
}

/** Where an event happened, in the chart's own units. */
export function place(element, event) {
  const box = element.getBoundingClientRect();
  const view = element.viewBox.baseVal;
  return [(event.clientX - box.left) * view.width / box.width, (event.clientY - box.top) * view.height / box.height];
}

function nearest(points, [x, y], reach) {
  let found = -1;
  let least = reach * reach;
  for (let i = 0; i < points.length; i += 1) {
    const distance = (points[i].x - x) ** 2 + (points[i].y - y) ** 2;
    if (distance < least) [found, least] = [i, distance];
  }
  return found;
}

function drawTip(tip, point, element) {
  const lines = point.lines.map((line) => (line.length > 48 ? `${line.slice(0, 47)}…` : line));
  const width = Math.max(...lines.map(textWidth)) + 18;
  const height = lines.length * 17 + 10;
  const view = element.viewBox.baseVal;
  const x = point.x + 12 + width > view.width ? Math.max(0, point.x - 12 - width) : point.x + 12;
  const y = Math.min(Math.max(2, point.y - height - 8), Math.max(2, view.height - height - 2));
  tip.replaceChildren(
    svg('rect', {class: 'tip-box', x: px(x), y: px(y), width: px(width), height, rx: 5}),
    ...lines.map(
      (line, index) => svg(
        'text', {class: index === 0 ? 'tip-title' : 'tip-text', x: px(x + 9), y: px(y + 18 + index * 17)}, line)));
}
