import {pageURL} from './api.js';

const followers = new Set();

/**
 * Follows server-sent events until the signal says stop, over any break.
 * @param {string} path of a page endpoint
 * @param {{message: function(object), gone?: function(object), query?: object, signal: AbortSignal}} options
 */
export function follow(path, {message, gone, query, signal}) {
  const follower = {connected: true, source: null, wait: 1000, timer: null};
  const open = () => {
    if (signal.aborted) return;
    follower.source = new EventSource(pageURL(path, query));
    follower.source.onopen = () => {
      follower.wait = 1000;
      settle(follower, true);
    };
    follower.source.onmessage = (event) => message(JSON.parse(event.data));
    if (gone) follower.source.addEventListener('gone', (event) => gone(JSON.parse(event.data)));
    follower.source.addEventListener('end', () => close(follower));
    follower.source.onerror = () => {
      settle(follower, false);
      if (follower.source.readyState !== EventSource.CLOSED) return;
      follower.timer = setTimeout(open, follower.wait);
      follower.wait = Math.min(30000, follower.wait * 2);
    };
  };
  followers.add(follower);
  open();
  signal.addEventListener('abort', () => close(follower));
}

function close(follower) {
  clearTimeout(follower.timer);
  follower.source?.close();
  followers.delete(follower);
  showConnection();
}

/** Calls an action now and then while the page is seen, and at once when it is seen again. */
export function whileSeen(action, signal) {
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) action();
  }, {signal});
  return () => {
    if (!document.hidden) action();
  };
}

function settle(follower, connected) {
  follower.connected = connected;
  showConnection();
}

function showConnection() {
  const sign = document.getElementById('connection');
  const lost = [...followers].some((follower) => !follower.connected);
  sign.hidden = followers.size === 0;
  sign.dataset.state = lost ? 'lost' : 'live';
  sign.textContent = lost ? 'Reconnecting' : 'Live';
}
